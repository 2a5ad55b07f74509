/* SPDX-License-Identifier: BSD-2-Clause */
/* arguments.c - QEMU's command line: see arguments.h. */
#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

static void __attribute__((format(printf, 2, 3))) add(struct arguments *arguments, const char *format, ...)
{
    va_list values;
    char *text;

    va_start(values, format);
    if (arguments->count == ARGUMENTS_MOST || vasprintf(&text, format, values) < 0)
        arguments->lost = true;
    else
        arguments->list[arguments->count++] = text;
    va_end(values);
}

static void add_pair(struct arguments *arguments, const char *option, const char *value)
{
    add(arguments, "%s", option);
    add(arguments, "%s", value);
}

/* Without a guest, and without what a user's own configuration of QEMU adds. */
static void add_machine(struct arguments *arguments, const struct channels *channels)
{
    add(arguments, "%s", QEMU_PROGRAM);
    add_pair(arguments, "-accel", "tcg");
    add_pair(arguments, "-machine", "q35,memory-backend=ram");
    add(arguments, "-object");
    add(arguments, "memory-backend-file,id=ram,mem-path=/proc/self/fd/%d,size=%u,share=on", channels->memory,
        GUEST_MEMORY);
    add(arguments, "-m");
    add(arguments, "%uM", GUEST_MEMORY >> 20);
    add(arguments, "-nodefaults");
    add(arguments, "-no-user-config");
    add_pair(arguments, "-display", "none");
    add(arguments, "-bios");
    add(arguments, "/proc/self/fd/%d", channels->firmware);
    add(arguments, "-qtest");
    add(arguments, "unix:fd=%d", channels->qtest);
    add_pair(arguments, "-qtest-log", "/dev/null");
}

/* use-timer=on loses samples (blocks of 2048 frames) by itself. */
static void add_codec(struct arguments *arguments, const struct qemu_codec *codec, unsigned address,
                      unsigned rate)
{
    add(arguments, "-audiodev");
    if (codec->out)
        add(arguments, "wav,id=audio%u,path=%s,out.frequency=%u", address, codec->out, rate);
    else
        add(arguments, "none,id=audio%u,out.frequency=%u", address, rate);
    add(arguments, "-device");
    add(arguments, "%s,audiodev=audio%u,bus=hda.0,cad=%u,use-timer=off", codec->model, address, address);
}

static void add_trace(struct arguments *arguments, const char *file)
{
    add_pair(arguments, "-trace", "memory_region_ops_read");
    add_pair(arguments, "-trace", "memory_region_ops_write");
    add_pair(arguments, "-D", file);
}

bool arguments_build(struct arguments *arguments, const struct qemu_device_options *options,
                     const struct channels *channels)
{
    *arguments = (struct arguments){0};
    add_machine(arguments, channels);
    add(arguments, "-device");
    add(arguments, "%s,id=hda,addr=05.0", options->controller);
    for (unsigned i = 0; i < options->codec_count; i++)
        add_codec(arguments, &options->codecs[i], i, options->rate);
    if (options->trace)
        add_trace(arguments, options->trace);
    return !arguments->lost;
}

void arguments_free(struct arguments *arguments)
{
    for (unsigned i = 0; i < arguments->count; i++)
        free(arguments->list[i]);
}
