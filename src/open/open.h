/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open.h - the one room that knows every host and every device: it turns a name such as "sim:clock=real" into
 * a running bus.
 */
#ifndef OPEN_H
#define OPEN_H

#include <bus.h>
#include <host.h>

#include "host/linux/linux_host.h"

struct open_checked;
struct open_jacks;
#define NS_PER_MS UINT64_C(1000000)

struct qemu_device;
struct sim_device;

struct hdabus {
    struct linux_host *host;
    enum linux_clock clock;
    struct sim_device *sim;  /* NULL: the device is not a simulated one */
    struct hda_work removal; /* of sim:remove=MS; queued where `removes` */
    bool removes;
    struct open_jacks *jacks; /* of sim:plug= and unplug=; NULL: none */
    struct qemu_device *qemu;
    ULONG latency;                /* see hdabus_latency() */
    struct open_checked *checked; /* of check=yes; NULL: the core has the host to itself */
    struct hda_bus *core;
    hdabus_log *log;
    void *log_context;
};

/* What is being opened, and where to say why it cannot be. */
struct open_request {
    struct hdabus *bus;
    char *options;     /* the text behind "KIND:", writable; empty when there is none */
    ULONG sample_rate; /* see hdabus_options */
    bool check;        /* check=yes; the opener's to say */
    char *error;
    size_t error_size;
    struct hda_bus_config *config; /* device, device_context and info are the opener's to fill in */
};

/* Puts a sentence where the caller wanted it, else into the log, and returns `status`. */
__attribute__((format(printf, 3, 4))) NTSTATUS open_fail(const struct open_request *request, NTSTATUS status,
                                                         const char *format, ...);

/* A line for the bus's log. */
__attribute__((format(printf, 3, 4))) void open_log(const struct hdabus *bus, enum hda_log_level level,
                                                    const char *format, ...);

/* An option of a device: sets something in `options` by the text behind '=' ("" without one); false when that
 * is none of `values`, which says in words what may stand there. */
struct open_option {
    const char *name;
    bool (*set)(void *options, const char *value);
    const char *values;
};
/* Reads all of NAME=VALUE,... by a table that ends with a name of NULL; `kind` begins the sentence on what is
 * wrong. */
NTSTATUS open_parse_options(struct open_request *request, const char *kind, const struct open_option *table,
                            void *options);

/* Makes bus.host. */
NTSTATUS open_host(struct open_request *request, enum linux_clock clock);

/* Reads an option's value; false when it is no number, or above `largest`. */
bool open_parse_number(const char *text, unsigned long largest, unsigned *number);

/* Kinds of devices: fill in bus.host and the device; what they made of it on failure is released as after
 * success. */
NTSTATUS open_sim(struct open_request *request);
void open_sim_release(struct hdabus *bus);
NTSTATUS open_qemu(struct open_request *request);
void open_qemu_release(struct hdabus *bus);

#endif
