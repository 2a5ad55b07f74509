/* SPDX-License-Identifier: BSD-2-Clause */
/* corpus.c - see corpus.h. */
#include "corpus.h"

#include <dirent.h>
#include <unistd.h>

typedef void text_routine(const char *name, const char *text, size_t size);
typedef void dump_routine(const char *name, const char *text, const struct codec_dump *dump);

static char current[256];

const char *corpus_folder(void)
{
    const char *named = getenv("HDABUS_CODECS");
    named = named != NULL ? named : CODECS;
    return access(named, R_OK | X_OK) == 0 ? named : DUMPS;
}

static int is_dump(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".codec") == 0;
}

static unsigned check_folder(const char *where, text_routine *check)
{
    struct dirent **entries;
    int count = scandir(where, &entries, is_dump, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024];
        size_t size;
        snprintf(path, sizeof(path), "%s/%s", where, entries[i]->d_name);
        snprintf(current, sizeof(current), "%s", entries[i]->d_name);
        char *text = read_text(path, &size);
        check(current, text, size);
        free(text);
        free(entries[i]);
    }
    free(entries);
    return (unsigned)count;
}

unsigned for_each_text(text_routine *check)
{
    return check_folder(corpus_folder(), check);
}

/* What for_each_dump() wants. */
static dump_routine *check_dump;

static void parse_and_check(const char *name, const char *text, size_t size)
{
    char error[256] = "";
    struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
    if (dump == NULL)
        fail_msg("%s: %s", name, error);
    check_dump(name, text, dump);
    codec_dump_free(dump);
}

void for_each_dump(dump_routine *check)
{
    check_dump = check;
    print_message("%u dumps\n", for_each_text(parse_and_check));
}

void for_each_own_dump(dump_routine *check)
{
    check_dump = check;
    print_message("%u dumps of our own\n", check_folder(DUMPS, parse_and_check));
}

int tell_dump(void **state)
{
    (void)state;
    print_message("the last dump was %s\n", current);
    return 0;
}
