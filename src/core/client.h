/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - one holder of an interface: its context and its references (DDI Interfaces). */
#ifndef HDA_CLIENT_H
#define HDA_CLIENT_H

#include <host.h>

struct hda_bus;

struct hda_client {
    LIST_ENTRY link;
    struct hda_bus *bus;
    const struct hda_child_info *child; /* NULL: the bus driver itself */
    LONG references;
    /* verbs.lock */
    LIST_ENTRY batches; /* in the order of the calls */
    LIST_ENTRY turn;    /* in verbs.clients, while there are batches */
};

/* A client with one reference. NULL without memory. PASSIVE_LEVEL. */
struct hda_client *hda_client_create(struct hda_bus *bus, const struct hda_child_info *child);
void hda_client_reference(struct hda_client *client);
/* The last one releases what the client holds and frees it; above PASSIVE_LEVEL a little later. Up to
 * DISPATCH_LEVEL. */
void hda_client_dereference(struct hda_client *client);

/* The bus stops: frees all clients whatever their references. PASSIVE_LEVEL. */
void hda_clients_stop(struct hda_bus *bus);
/* The release work: frees the dead. */
void hda_clients_release_dead(void *bus);

#endif
