/* SPDX-License-Identifier: BSD-2-Clause */
/* corpus.c - see corpus.h. */
#include "corpus.h"

#include <dirent.h>

static char current[256];

static const char *folder(void)
{
    const char *named = getenv("HDABUS_CODECS");
    return named != NULL ? named : CODECS;
}

static int is_dump(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".codec") == 0;
}

typedef void check_routine(const char *name, const char *text, const struct codec_dump *dump);

static void check_file(const char *path, check_routine *check)
{
    char error[256] = "";
    size_t size;
    char *text = read_text(path, &size);
    struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
    if (dump == NULL)
        fail_msg("%s: %s", current, error);
    check(current, text, dump);
    codec_dump_free(dump);
    free(text);
}

static void check_folder(const char *where, check_routine *check)
{
    struct dirent **entries;
    int count = scandir(where, &entries, is_dump, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", where, entries[i]->d_name);
        snprintf(current, sizeof(current), "%s", entries[i]->d_name);
        check_file(path, check);
        free(entries[i]);
    }
    free(entries);
    print_message("%d dumps\n", count);
}

void for_each_dump(check_routine *check)
{
    check_folder(folder(), check);
}

void for_each_own_dump(check_routine *check)
{
    check_folder(DUMPS, check);
}

bool corpus_is_there(void)
{
    DIR *dumps = opendir(folder());
    if (dumps == NULL) {
        printf("skipped: there is no folder %s (HDABUS_CODECS names another)\n", folder());
        return false;
    }
    closedir(dumps);
    return true;
}

int tell_dump(void **state)
{
    (void)state;
    print_message("the last dump was %s\n", current);
    return 0;
}
