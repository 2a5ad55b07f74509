/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_lines.c - a text as lines, free of what mailers, web pages and editors do to one. */
#include "codec/dump_lines.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define LONGEST_ENTITY  8   /* characters, `&` and `;` included */
#define LONGEST_TAG     200 /* the same of `<` and `>` */

/* ---- Decoding -------------------------------------------------------------------------------- */

/* Takes off the end `length` characters and puts `c` there instead. */
static void fold(struct dump_lines *lines, size_t length, char c)
{
    lines->used -= length;
    lines->decoded[lines->used++] = c;
}

static bool ends_with(const struct dump_lines *lines, const char *text, size_t length)
{
    return lines->used >= length && memcmp(lines->decoded + lines->used - length, text, length) == 0;
}

/* HTML entities, as far as the text of a dump has such characters. */
static void fold_entity(struct dump_lines *lines)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = {
        {"&amp;", '&'},   {"&lt;", '<'},   {"&gt;", '>'},  {"&quot;", '"'},  {"&nbsp;", ' '},
        {"&apos;", '\''}, {"&#34;", '"'},  {"&#35;", '#'}, {"&#38;", '&'},   {"&#39;", '\''},
        {"&#42;", '*'},   {"&#60;", '<'},  {"&#61;", '='}, {"&#62;", '>'},   {"&#91;", '['},
        {"&#93;", ']'},   {"&#160;", ' '}, {"&#32;", ' '}, {"&#039;", '\''}, {"&#x27;", '\''},
    };
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t length = strlen(entities[i].entity);
        if (ends_with(lines, entities[i].entity, length)) {
            fold(lines, length, entities[i].c);
            return;
        }
    }
}

static bool begins_tag(char c)
{
    return c == '/' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* `<pre>`, `</td>`, `<br />`: nothing of a dump. */
static void fold_tag(struct dump_lines *lines)
{
    for (size_t length = 2; length <= LONGEST_TAG && length <= lines->used; length++) {
        const char *from = lines->decoded + lines->used - length;
        if (*from == '<') {
            if (begins_tag(from[1]))
                lines->used -= length;
            return;
        }
    }
}

/* What is decoded is looked at as it comes, so that text which was escaped twice comes out whole. */
static void put(struct dump_lines *lines, char c)
{
    if (lines->used == sizeof(lines->decoded))
        return;
    lines->decoded[lines->used++] = c;
    if (c == ';')
        fold_entity(lines);
    if (lines->used > 0 && lines->decoded[lines->used - 1] == '>')
        fold_tag(lines);
    if (ends_with(lines, "\xC2\xA0", 2)) /* a blank that does not break, in UTF-8 */
        fold(lines, 2, ' ');
}

static int upper_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Whether a byte stands at `at` as quoted-printable has it: `=3D`. */
static bool is_quoted(const struct dump_lines *lines, const char *at, const char *end)
{
    return lines->quoted_printable && end - at > 2 && *at == '=' && upper_digit(at[1]) >= 0 &&
           upper_digit(at[2]) >= 0;
}

static void decode(struct dump_lines *lines, struct scan raw)
{
    while (raw.at < raw.end) {
        if (is_quoted(lines, raw.at, raw.end)) {
            put(lines, (char)(upper_digit(raw.at[1]) << 4 | upper_digit(raw.at[2])));
            raw.at += 3;
        } else {
            put(lines, *raw.at++);
        }
    }
}

static bool needs_decoding(const struct dump_lines *lines, struct scan raw)
{
    size_t size = (size_t)(raw.end - raw.at);
    return size > 0 && (memchr(raw.at, '&', size) != NULL || memchr(raw.at, '<', size) != NULL ||
                        memchr(raw.at, 0xC2, size) != NULL ||
                        (lines->quoted_printable && memchr(raw.at, '=', size) != NULL));
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void trim_end(struct scan *line)
{
    while (line->end > line->at && scan_is_blank(line->end[-1]))
        line->end--;
}

static void trim(struct scan *line)
{
    do
        scan_blanks(line);
    while (line->at < line->end && *line->at == '>' && ++line->at);
    trim_end(line);
}

/* As it stands there, but for blanks at its end. */
static void take_raw(struct dump_lines *lines, struct scan *line)
{
    const char *feed = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    line->at = lines->at;
    line->end = feed != NULL ? feed : lines->end;
    lines->terminated = feed != NULL;
    lines->at = feed != NULL ? feed + 1 : lines->end;
    lines->count++;
    trim_end(line);
}

/* Quoted-printable tears a long line apart, with an equals sign before the break. */
static bool is_torn(const struct dump_lines *lines, struct scan raw)
{
    return lines->quoted_printable && raw.at < raw.end && raw.end[-1] == '=' && lines->at < lines->end;
}

/* Nothing of a dump is so long, and what looks for a word more than once in a line need not go through
 * megabytes. */
static void cut(struct scan *line)
{
    if (line->end - line->at > DUMP_LINE)
        line->end = line->at + DUMP_LINE;
}

bool dump_lines_next(struct dump_lines *lines, struct scan *line)
{
    if (lines->at == lines->end)
        return false;
    lines->before = lines->at;
    lines->number = lines->count + 1;
    lines->used = 0;
    take_raw(lines, line);
    while (is_torn(lines, *line)) {
        line->end--;
        decode(lines, *line);
        take_raw(lines, line);
    }
    if (lines->used > 0 || needs_decoding(lines, *line)) {
        decode(lines, *line);
        *line = (struct scan){lines->decoded, lines->decoded + lines->used};
    }
    cut(line);
    trim(line);
    return true;
}

void dump_lines_back(struct dump_lines *lines)
{
    lines->at = lines->before;
    lines->count = lines->number - 1;
}

/* Quoted-printable writes each equals sign so; a kernel never does: its hexadecimal digits are small letters.
 * A codec's name may be anything. */
static bool is_quoted_printable(struct dump_lines lines)
{
    struct scan line, rest;
    while (lines.at < lines.end) {
        take_raw(&lines, &line);
        rest = line;
        if (!scan_text(&line, "Codec:") && scan_find(&rest, "=3D"))
            return true;
    }
    return false;
}

void dump_lines_open(struct dump_lines *lines, const char *text, size_t size)
{
    size_t mark = strlen(BYTE_ORDER_MARK);
    *lines = (struct dump_lines){.at = text, .end = text + size};
    if (size >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0)
        lines->at += mark;
    lines->before = lines->at;
    lines->quoted_printable = is_quoted_printable(*lines);
}
