/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - runs a target on the inputs in folders, with any compiler: what a fuzzer once found stays
 * found.
 *
 * Usage: replay FOLDER...
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "target.h"

#define MOST (1u << 20) /* bytes of an input */

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int fail(const char *path)
{
    fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
    return 1;
}

/* The copy has no byte to spare: a read beyond the input's end is noticed. */
static int run_file(const char *path)
{
    static uint8_t buffer[MOST];
    FILE *file = fopen(path, "rb");
    uint8_t *input;
    size_t size;

    if (file == NULL)
        return fail(path);
    size = fread(buffer, 1, sizeof(buffer), file);
    fclose(file);
    input = malloc(size);
    if (input == NULL && size > 0)
        return fail(path);
    if (size > 0)
        memcpy(input, buffer, size);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    return 0;
}

static int run_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_input, alphasort), failed = 0;

    if (count <= 0)
        return fail(folder);
    for (int i = 0; i < count; i++) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        failed |= run_file(path);
        free(entries[i]);
    }
    free(entries);
    printf("%d inputs\n", count);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc < 2) {
        fputs("usage: replay FOLDER...\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        failed |= run_folder(argv[i]);
    return failed;
}
