/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hda_tryout_device.c - registers of each width, the pointers to them, the interrupt's connection.
 *
 * A stream descriptor that does not run has registers of all widths that keep what is written to them, and do
 * nothing until it runs.
 */
#include "tryout.h"

#define GCAP        0x00u
#define VMIN        0x02u
#define VMAJ        0x03u
#define GCTL        0x08u
#define GCTL_CRST   0x01u
#define WALCLK      0x30u
#define SD_CTL_TAG  0x02u
#define SD_CTL_RUN  0x02u
#define SD_LPIB     0x04u
#define SD_CBL      0x08u
#define SD_LVI      0x0Cu
#define STREAM_BASE 0x80u
#define STREAM_STEP 0x20u

#define RESET_TIME  100000 /* microseconds, as the core's own bound */
#define RESETS      3
#define RESET_LOW   100  /* microseconds (HDA 5.5.1.2) */
#define CODECS_TIME 1000 /* microseconds (HDA 4.3) */
#define INTERVAL    5000 /* microseconds in which the wall clock is looked at */

/* ---- What says which controller it is ------------------------------------------------------------------ */

/* Whether a controller is there; what else is wrong has been told. */
static bool try_identity(struct hda_check *check, unsigned *gcap)
{
    unsigned major, minor;

    *gcap = hda_check_read16(check, GCAP);
    if (*gcap == UINT16_MAX) {
        hda_check_fault(
            check, NULL,
            "device->read16: GCAP (0h) reads as all ones: no controller is there, or it is not where BAR 0 "
            "is mapped");
        return false;
    }
    if (hda_check_read16(check, GCAP) != *gcap)
        hda_check_fault(check, NULL,
                        "device->read16: GCAP (0h), which is constant, reads as %x and then as another",
                        *gcap);
    major = hda_check_read8(check, VMAJ);
    minor = hda_check_read8(check, VMIN);
    if (major == 1)
        return true;
    hda_check_fault(
        check, NULL,
        "device->read8: VMAJ (3h) and VMIN (2h) read as %x and %x, and an HD Audio 1.0 controller has 1 and "
        "0",
        major, minor);
    return false;
}

/* What the rest is tried with: a read16 that returns 0 would leave nothing to try. */
static bool has_streams(struct hda_check *check, unsigned gcap)
{
    if (gcap == 0)
        hda_check_fault(check, NULL,
                        "device->read16: GCAP (0h) reads as 0: that is no controller, for it has no streams");
    return gcap != 0;
}

/* ---- Out of reset -------------------------------------------------------------------------------------- */

/* Whether CRST becomes that in time. */
static bool set_reset(struct hda_check *check, uint32_t crst)
{
    uint32_t bound = check->config.bounds.link_reset, steps;

    steps = (bound != 0 ? bound : RESET_TIME) / CODECS_TIME + 1;
    hda_check_write32(check, GCTL, crst);
    for (uint32_t i = 0; i < steps && (hda_check_read32(check, GCTL) & GCTL_CRST) != crst; i++)
        hda_check_sleep(check, CODECS_TIME);
    return (hda_check_read32(check, GCTL) & GCTL_CRST) == crst;
}

static bool leave_reset(struct hda_check *check)
{
    bool left = false;

    for (unsigned i = 0; i < RESETS && !left; i++) {
        set_reset(check, 0);
        hda_check_sleep(check, RESET_LOW);
        left = set_reset(check, GCTL_CRST);
    }
    if (!left)
        hda_check_fault(
            check, NULL,
            "device->write32: 1 was written to GCTL.CRST (8h), and device->read32 does not read it in time: "
            "the controller does not leave its reset, or one of the two does not reach it");
    return left;
}

/* ---- Registers that keep what is written --------------------------------------------------------------- */

struct kept {
    uint8_t tag;
    uint16_t last;
    uint32_t length;
};

static struct kept read_kept(struct hda_check *check, uint32_t base)
{
    return (struct kept){
        .tag = hda_check_read8(check, base + SD_CTL_TAG) & 0xF0,
        .last = hda_check_read16(check, base + SD_LVI) & 0xFF,
        .length = hda_check_read32(check, base + SD_CBL),
    };
}

static void write_kept(struct hda_check *check, uint32_t base, const struct kept *kept)
{
    hda_check_write8(check, base + SD_CTL_TAG, kept->tag);
    hda_check_write16(check, base + SD_LVI, kept->last);
    hda_check_write32(check, base + SD_CBL, kept->length);
}

static void say_not_kept(struct hda_check *check, enum check_hook hook, const char *name, uint32_t written,
                         uint32_t read)
{
    hda_check_fault(check, hda_check_hook_name(hook),
                    "%s: %x was written to %s of a stream that does not run, and it reads as %x",
                    hda_check_hook_name(hook), (unsigned)written, name, (unsigned)read);
}

static void try_kept(struct hda_check *check, uint32_t base)
{
    static const struct kept written = {0x50, 0x05, 0x12380};
    struct kept before = read_kept(check, base), read;

    write_kept(check, base, &written);
    read = read_kept(check, base);
    if (read.tag != written.tag)
        say_not_kept(check, HOOK_WRITE8, "SDnCTL 23:16 (82h)", written.tag, read.tag);
    if (read.last != written.last)
        say_not_kept(check, HOOK_WRITE16, "SDnLVI (8Ch)", written.last, read.last);
    if (read.length != written.length)
        say_not_kept(check, HOOK_WRITE32, "SDnCBL (88h)", written.length, read.length);
    write_kept(check, base, &before);
}

static void try_streams(struct hda_check *check, unsigned gcap)
{
    unsigned streams = (gcap >> 12 & 0xF) + (gcap >> 8 & 0xF) + (gcap >> 3 & 0x1F);

    if (streams > 0 && !(hda_check_read8(check, STREAM_BASE) & SD_CTL_RUN))
        try_kept(check, STREAM_BASE);
}

/* ---- The wall clock ------------------------------------------------------------------------------------ */

/* The wall clock, and host->now before and after it: between these the processor may be away for a while. */
struct look {
    uint64_t before, after;
    uint32_t ticks;
};

static struct look look(struct hda_check *check)
{
    struct look look = {.before = hda_check_now(check)};

    look.ticks = hda_check_read32(check, WALCLK);
    look.after = hda_check_now(check);
    return look;
}

/* A controller whose wall clock stands still, or that has gone, is not the host's fault. */
static void try_wall_clock(struct hda_check *check)
{
    struct look first = look(check), last;
    uint64_t least, most, ticks;

    hda_check_sleep(check, INTERVAL);
    last = look(check);
    least = last.before - first.after;
    most = last.after - first.before;
    ticks = (uint64_t)(last.ticks - first.ticks) * 125 / 3; /* 24 MHz (HDA 3.3.16), in nanoseconds */
    if (ticks != 0 && last.ticks != UINT32_MAX && (ticks < least - least / 5 || ticks > most + most / 5))
        hda_check_fault(
            check, NULL,
            "host->now: it says that %llu ns have passed, and the controller's wall clock that it "
            "was %llu ns: "
            "one of them does not count what it should",
            (unsigned long long)least, (unsigned long long)ticks);
}

static void try_map(struct hda_check *check)
{
    volatile ULONG *wall_clock = hda_check_map(check, WALCLK);
    uint32_t first, shown, last;

    hda_check_map(check, STREAM_BASE + SD_LPIB);
    if (wall_clock == NULL)
        return;
    first = hda_check_read32(check, WALCLK);
    shown = ReadULongAcquire(wall_clock);
    last = hda_check_read32(check, WALCLK);
    if (shown - first > last - first)
        hda_check_fault(
            check, NULL,
            "device->map: WALCLK (30h) is %x where it points to, and device->read32 reads %x before and %x "
            "after that",
            (unsigned)shown, (unsigned)first, (unsigned)last);
}

/* ---- The interrupt ------------------------------------------------------------------------------------- */

static bool not_ours(void *context)
{
    (void)context;
    return false;
}

/* Twice, as the core does when the system sleeps in between. */
static void try_connection(struct hda_check *check)
{
    for (unsigned i = 0; i < 2; i++) {
        NTSTATUS status = hda_check_interrupt_connect(check, not_ours, check);

        if (!NT_SUCCESS(status)) {
            hda_check_fault(check, NULL, "device->interrupt_connect: it fails with %x: no bus would start",
                            (unsigned)status);
            return;
        }
        hda_check_sleep(check, CODECS_TIME);
        hda_check_interrupt_disconnect(check);
        hda_check_sleep(check, CODECS_TIME);
    }
}

/* ---- All ----------------------------------------------------------------------------------------------- */

void hda_tryout_device(struct hda_check *check)
{
    unsigned gcap;
    bool in_reset;

    if (!try_identity(check, &gcap) || !has_streams(check, gcap))
        return;
    in_reset = !(hda_check_read32(check, GCTL) & GCTL_CRST);
    if (in_reset && !leave_reset(check))
        return;
    if (in_reset)
        hda_check_sleep(check, CODECS_TIME);
    try_streams(check, gcap);
    try_wall_clock(check);
    try_map(check);
    /* In reset nothing interrupts: what firmware has left would, without an end where the line is a level. */
    if (set_reset(check, 0))
        try_connection(check);
}
