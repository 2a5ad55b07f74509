/* SPDX-License-Identifier: BSD-2-Clause */
/* boot.S - from the boot loader (multiboot 1: flat 32-bit mode, interrupts off) to C, with a stack and segments. */
#define MAGIC 0x1BADB002

    .text
    .balign 4
    .long MAGIC, 0, -MAGIC /* in the first 8 KiB of the file */
    .globl start
start:
    lgdt gdt_pointer
    ljmp $0x08, $in_segment
in_segment:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $stack_end, %esp
    cld /* multiboot leaves the direction of string instructions open, and C does not */
    pushl %ebx /* what the boot loader tells */
    call kernel_main

    .section .rodata
    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9A000000FFFF /* 08h: code, all 4 GiB */
    .quad 0x00CF92000000FFFF /* 10h: data, all 4 GiB */
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .bss
    .balign 16
    .globl stack, stack_end
stack:
    .skip 32768
stack_end:
    .section .note.GNU-stack, "", @progbits
