/* SPDX-License-Identifier: BSD-2-Clause */
/* pci.h - the controller's place in PCI, set up the way firmware would. */
#ifndef QEMU_PCI_H
#define QEMU_PCI_H

#include "qtest.h"

struct pci_function {
    uint16_t vendor_id;
    uint16_t device_id;
    uint8_t revision;
    uint64_t registers; /* where BAR 0 is */
};

/* Finds the audio controller on bus 0, gives it addresses, and lets it reach memory. False: there is none. */
bool pci_start(struct qtest *qtest, struct pci_function *function);

#endif
