/* SPDX-License-Identifier: BSD-2-Clause */
/* spool.c - a file to read that can be sought in. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static const char *spool_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder && *folder ? folder : "/tmp";
}

/* A file without a name, gone when it is closed. */
static int open_spool(void)
{
    char path[4096];
    int descriptor;

    if (snprintf(path, sizeof(path), "%s/hdabus.XXXXXX", spool_folder()) >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    descriptor = mkstemp(path);
    if (descriptor >= 0)
        unlink(path);
    return descriptor;
}

static bool write_all(int descriptor, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return true;
}

/* False with errno; *writes: it is writing that fails. */
static bool copy_all(int from, int to, bool *writes)
{
    static char chunk[CHUNK];
    ssize_t got;

    *writes = false;

    while ((got = read(from, chunk, sizeof(chunk))) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        *writes = got > 0 && !write_all(to, chunk, (size_t)got);
        if (*writes)
            return false;
    }
    return lseek(to, 0, SEEK_SET) == 0;
}

/* Most formats need to be read back and forth, which a pipe does not allow. Takes the descriptor, and returns
 * another. */
static int make_seekable(int descriptor, const char **folder)
{
    int spool, saved;
    struct stat status;
    bool writes;

    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        return descriptor;
    spool = open_spool();
    writes = spool < 0;
    if (spool >= 0 && !copy_all(descriptor, spool, &writes)) {
        saved = errno;
        close(spool);
        errno = saved;
        spool = -1;
    }
    if (writes)
        *folder = spool_folder();
    saved = errno;
    close(descriptor);
    errno = saved;
    return spool;
}

int open_seekable(const char *name, const char **folder)
{
    int descriptor = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);

    *folder = NULL;
    return descriptor < 0 ? descriptor : make_seekable(descriptor, folder);
}
