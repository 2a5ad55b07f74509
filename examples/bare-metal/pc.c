/* SPDX-License-Identifier: BSD-2-Clause */
/* pc.c - the machine under the host: serial port, levels, interrupts. A kernel has all this already. */
#include "kernel.h"

#define COM1         0x3F8
#define DEBUG_EXIT   0x501
#define MASTER       0x20 /* the two 8259s */
#define SLAVE        0xA0
#define TIMER        0x40 /* the 8254 */
#define MILLISECOND  1193 /* of its 1,193,182 Hz */
#define PCI          0xCF8
#define FIRST_VECTOR 32 /* of the 8259s' lines */
#define CASCADE_LINE 2
#define OWN_LINES    (1u << TIMER_LINE | 1u << CASCADE_LINE)

static void out8(uint16_t port, unsigned value)
{
    __asm__ volatile("outb %b0, %1" : : "a"(value), "Nd"(port));
}

static void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* ---- The serial port, and the end ------------------------------------------------------------ */

/* QEMU's port takes a byte at any time, as it was set up by firmware; a real one is waited for. */
static void put(char character)
{
    out8(COM1, (unsigned char)character);
}

static void print_number(uint64_t number, unsigned base)
{
    if (number >= base)
        print_number(number / base, base);
    put("0123456789abcdef"[number % base]);
}

static void print_string(const char *string)
{
    while (*string)
        put(*string++);
}

void print_list(const char *format, va_list arguments)
{
    for (; *format; format++) {
        bool wide = format[1] == 'l';

        if (*format != '%') {
            put(*format);
            continue;
        }
        format += wide ? 3 : 1;
        if (*format == 's')
            print_string(va_arg(arguments, const char *));
        else
            print_number(wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned),
                         *format == 'u' ? 10 : 16);
    }
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

void finish(bool well)
{
    out8(DEBUG_EXIT, well ? 16 : 17);
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* ---- PCI ------------------------------------------------------------------------------------- */

uint32_t pci_read(unsigned function, unsigned offset)
{
    out32(PCI, 0x80000000 | function << 8 | offset);
    return in32(PCI + 4);
}

void pci_write(unsigned function, unsigned offset, uint32_t value)
{
    out32(PCI, 0x80000000 | function << 8 | offset);
    out32(PCI + 4, value);
}

/* ---- The clock: an HPET, where firmware puts it (HPET 1.0a, 2.3) ------------------------------ */

#define HPET        ((volatile uint32_t *)0xFED00000)
#define HPET_PERIOD 0x01 /* in femtoseconds */
#define HPET_ENABLE 0x04
#define HPET_LOW    0x3C
#define HPET_HIGH   0x3D

#define LONGEST_PERIOD 100000000

static void clock_start(void)
{
    uint32_t period = HPET[HPET_PERIOD];

    if (period == 0 || period > LONGEST_PERIOD) {
        print("there is no clock: an HPET at FED00000h\n");
        finish(false);
    }
    HPET[HPET_ENABLE] |= 1;
}

uint64_t clock_now(void)
{
    uint32_t high, low;

    do {
        high = HPET[HPET_HIGH];
        low = HPET[HPET_LOW];
    } while (high != HPET[HPET_HIGH]);
    return ((uint64_t)high << 32 | low) * (HPET[HPET_PERIOD] / 1000) / 1000;
}

/* ---- Levels ---------------------------------------------------------------------------------- */

KIRQL irql = DEVICE_LEVEL;

KIRQL irql_raise(KIRQL level)
{
    KIRQL before = irql;

    if (level == DEVICE_LEVEL)
        __asm__ volatile("cli" ::: "memory");
    irql = level;
    return before;
}

/* From DEVICE_LEVEL. Deferred work that the new level does not hold off runs before it is reached. */
static void settle(KIRQL level)
{
    while (level < DISPATCH_LEVEL && work_run(HDA_LEVEL_DISPATCH))
        ;
    irql = level;
}

void irql_lower(KIRQL level)
{
    irql_raise(DEVICE_LEVEL);
    settle(level);
    if (level < DEVICE_LEVEL)
        __asm__ volatile("sti" ::: "memory");
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

/* What the processor has pushed: of some exceptions an error code first. */
struct frame {
    uint32_t words[2];
};

static struct {
    uint16_t offset_low, segment, type, offset_high;
} gates[FIRST_VECTOR + 16];
static hda_interrupt_routine *routine_of_line;
static void *context_of_line;

/* One of the two has nothing in service, and ignores it. */
static void end_interrupt(KIRQL before)
{
    out8(SLAVE, 0x20);
    out8(MASTER, 0x20);
    settle(before);
}

/* Enough for the timer: hlt has ended, and deferred work whose time has come runs as it settles. */
__attribute__((interrupt)) static void on_line(struct frame *frame)
{
    end_interrupt(irql_raise(DEVICE_LEVEL));
}

__attribute__((interrupt)) static void on_routed_line(struct frame *frame)
{
    KIRQL before = irql_raise(DEVICE_LEVEL);

    routine_of_line(context_of_line);
    end_interrupt(before);
}

__attribute__((interrupt)) static void on_exception(struct frame *frame)
{
    print("the processor has raised an exception: %x %x\n", frame->words[0], frame->words[1]);
    finish(false);
}

static void set_gate(unsigned vector, void (*handler)(struct frame *))
{
    uint32_t offset = (uint32_t)handler;

    gates[vector].offset_low = (uint16_t)offset;
    gates[vector].segment = 0x08;
    gates[vector].type = 0x8E00;
    gates[vector].offset_high = (uint16_t)(offset >> 16);
}

void interrupt_route(unsigned line, hda_interrupt_routine *routine, void *context)
{
    unsigned lines = OWN_LINES | (routine ? 1u << line : 0);
    KIRQL before = irql_raise(DEVICE_LEVEL);

    routine_of_line = routine;
    context_of_line = context;
    set_gate(FIRST_VECTOR + line, routine ? on_routed_line : on_line);
    out8(MASTER + 1, ~lines);
    out8(SLAVE + 1, ~lines >> 8);
    irql_lower(before);
}

/* ICW1 to ICW4: the vector of the first line, and where the other one is. */
static void start_8259(uint16_t port, unsigned vector, unsigned other)
{
    out8(port, 0x11);
    out8(port + 1, vector);
    out8(port + 1, other);
    out8(port + 1, 0x01);
}

static void start_interrupts(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } table = {sizeof(gates) - 1, (uint32_t)gates};

    for (unsigned vector = 0; vector < FIRST_VECTOR + 16; vector++)
        set_gate(vector, vector < FIRST_VECTOR ? on_exception : on_line);
    __asm__ volatile("lidt %0" : : "m"(table));
    start_8259(MASTER, FIRST_VECTOR, 1u << CASCADE_LINE);
    start_8259(SLAVE, FIRST_VECTOR + 8, CASCADE_LINE);
    interrupt_route(TIMER_LINE, NULL, NULL);
}

static void start_timer(void)
{
    out8(TIMER + 3, 0x34); /* channel 0 counts down, again and again */
    out8(TIMER, MILLISECOND & 0xFF);
    out8(TIMER, MILLISECOND >> 8);
}

void pc_start(void)
{
    clock_start();
    start_interrupts();
    start_timer();
    irql_lower(PASSIVE_LEVEL);
}
