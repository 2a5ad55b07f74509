/* SPDX-License-Identifier: BSD-2-Clause */
/* pci.h - the HD Audio controllers of this machine. */
#ifndef CLI_PCI_H
#define CLI_PCI_H

#include <stdint.h>

#define PCI_DEVICES "/sys/bus/pci/devices"

struct pci_controller {
    const char *address; /* "0000:00:1f.3" */
    uint16_t vendor_id;
    uint16_t device_id;
    char driver[64]; /* "" when it has none */
};

typedef void pci_visitor(void *context, const struct pci_controller *controller);

/* Visits the controllers that `folder`, in the form of PCI_DEVICES, tells of, in the order of their
 * addresses; none when it cannot be read. What is visited lives during the call. */
void pci_each(const char *folder, pci_visitor *visit, void *context);

#endif
