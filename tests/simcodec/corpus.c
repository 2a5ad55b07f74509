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

void for_each_dump(void (*check)(const char *name, const char *text, const struct codec_dump *dump))
{
    struct dirent **entries;
    int count = scandir(folder(), &entries, is_dump, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024], error[256] = "";
        size_t size;
        snprintf(path, sizeof(path), "%s/%s", folder(), entries[i]->d_name);
        char *text = read_text(path, &size);
        struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
        if (dump == NULL)
            fail_msg("%s: %s", entries[i]->d_name, error);
        snprintf(current, sizeof(current), "%s", entries[i]->d_name);
        check(current, text, dump);
        codec_dump_free(dump);
        free(text);
        free(entries[i]);
    }
    free(entries);
    print_message("%d dumps\n", count);
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
