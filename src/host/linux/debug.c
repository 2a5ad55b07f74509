/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug.c - DbgPrint and assertions.
 *
 * DbgPrint's formats are not printf's: a long has 32 bits, I64 and I32 are sizes, and wide characters have 16
 * bits. So each conversion is taken apart here, its argument fetched by the WDK's size, and printed by the C
 * library.
 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As on Windows, a message has at most so many characters; more are cut off. */
struct line {
    char text[512];
    size_t used;
};

static void emit(struct line *out, const char *format, ...)
{
    size_t room = sizeof(out->text) - out->used;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(out->text + out->used, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        out->used += (size_t)length < room ? (size_t)length : room - 1;
}

struct conversion {
    char flags[24]; /* "%", flags, width, precision; '*' has been resolved */
    unsigned bits;  /* of an integer argument */
    bool wide;
    char letter;
};

static void append(struct conversion *conversion, const char *text)
{
    size_t used = strlen(conversion->flags);

    snprintf(conversion->flags + used, sizeof(conversion->flags) - used, "%s", text);
}

static const char *parse_flags(const char *format, struct conversion *conversion, va_list *arguments)
{
    char text[16];

    for (; *format && strchr("-+ #0123456789.*", *format); format++) {
        if (*format == '*')
            snprintf(text, sizeof(text), "%d", va_arg(*arguments, int));
        else
            snprintf(text, sizeof(text), "%c", *format);
        append(conversion, text);
    }
    return format;
}

static const char *skip(const char *format, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(format, prefix, length) == 0 ? format + length : NULL;
}

/* The sizes of the WDK's compiler. */
static const char *parse_size(const char *format, struct conversion *conversion)
{
    static const struct {
        const char *prefix;
        unsigned bits;
        bool wide;
    } sizes[] = {
        {"I64", 64, false},
        {"I32", 32, false},
        {"I", 8 * sizeof(void *), false},
        {"ll", 64, false},
        {"l", 32, true},
        {"hh", 8, false},
        {"h", 16, false},
        {"z", 8 * sizeof(void *), false},
        {"w", 32, true},
    };

    conversion->bits = 32;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const char *rest = skip(format, sizes[i].prefix);

        if (rest) {
            conversion->bits = sizes[i].bits;
            conversion->wide = sizes[i].wide;
            return rest;
        }
    }
    return format;
}

static void print_integer(struct line *out, struct conversion *conversion, va_list *arguments)
{
    bool is_signed = strchr("di", conversion->letter) != NULL;
    unsigned long long value =
        conversion->bits == 64 ? va_arg(*arguments, unsigned long long) : va_arg(*arguments, unsigned int);
    unsigned shift = 64 - conversion->bits;
    char letter[] = {'l', 'l', conversion->letter, '\0'};

    value <<= shift;
    append(conversion, letter);
    if (is_signed)
        emit(out, conversion->flags, (long long)value >> shift);
    else
        emit(out, conversion->flags, value >> shift);
}

static void print_wide(struct line *out, const WCHAR *text, size_t length)
{
    if (!text)
        emit(out, "(null)");
    for (size_t i = 0; text && i < length && text[i]; i++)
        emit(out, "%c", text[i] < 0x80 ? text[i] : '?');
}

static void print_counted(struct line *out, const UNICODE_STRING *string)
{
    print_wide(out, string ? string->Buffer : NULL, string ? string->Length / sizeof(WCHAR) : 0);
}

static void print_text(struct line *out, struct conversion *conversion, va_list *arguments)
{
    const void *text = va_arg(*arguments, const void *);

    if (conversion->wide || conversion->letter == 'S') {
        print_wide(out, text, sizeof(out->text));
        return;
    }
    append(conversion, "s");
    emit(out, conversion->flags, text ? (const char *)text : "(null)");
}

static void print_conversion(struct line *out, struct conversion *conversion, va_list *arguments)
{
    switch (conversion->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        print_integer(out, conversion, arguments);
        break;
    case 'p':
        append(conversion, "p");
        emit(out, conversion->flags, va_arg(*arguments, void *));
        break;
    case 's':
    case 'S':
        print_text(out, conversion, arguments);
        break;
    case 'Z':
        print_counted(out, va_arg(*arguments, const UNICODE_STRING *));
        break;
    case 'c':
    case 'C':
        append(conversion, "c");
        emit(out, conversion->flags, va_arg(*arguments, int));
        break;
    default:
        emit(out, "%c", conversion->letter);
        break;
    }
}

static void print(struct line *out, const char *format, va_list *arguments)
{
    while (*format) {
        struct conversion conversion = {.flags = "%"};

        if (*format != '%') {
            emit(out, "%c", *format++);
            continue;
        }
        format = parse_flags(format + 1, &conversion, arguments);
        format = parse_size(format, &conversion);
        if (!*format)
            break;
        conversion.letter = *format++;
        print_conversion(out, &conversion, arguments);
    }
}

/* In one piece, also when several threads print. */
static void print_to_stderr(const char *format, va_list *arguments)
{
    struct line line = {.used = 0};

    print(&line, format, arguments);
    fwrite(line.text, 1, line.used, stderr);
}

ULONG DbgPrint(PCSTR Format, ...)
{
    va_list arguments;

    va_start(arguments, Format);
    print_to_stderr(Format, &arguments);
    va_end(arguments);
    return STATUS_SUCCESS;
}

ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list arguments;

    UNREFERENCED_PARAMETER(ComponentId);
    UNREFERENCED_PARAMETER(Level);
    va_start(arguments, Format);
    print_to_stderr(Format, &arguments);
    va_end(arguments);
    return STATUS_SUCCESS;
}

VOID RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message)
{
    linux_bug_check("assertion \"%s\" failed at IRQL %u in %s, line %u%s%s", (const char *)FailedAssertion,
                    linux_self.level.irql, (const char *)FileName, LineNumber, Message ? ": " : "",
                    Message ? Message : "");
}

VOID DbgBreakPoint(VOID)
{
    linux_bug_check("a breakpoint was reached at IRQL %u", linux_self.level.irql);
}
