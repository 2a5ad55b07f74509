/* SPDX-License-Identifier: BSD-2-Clause */
/* unsolicited.h - responses that a codec sends by itself, and who wants them (HDA 4.4.2, DDI
 * RegisterEventCallback). */
#ifndef HDA_UNSOLICITED_H
#define HDA_UNSOLICITED_H

#include <host.h>

#define HDA_TAGS 64 /* per codec */

struct hda_bus;
struct hda_client;

struct hda_tag {
    struct hda_client *client; /* NULL: free */
    PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK routine;
    PVOID context;
};

struct hda_unsolicited {
    struct hda_lock lock;
    const struct hda_tag *delivering; /* whose callback runs; the deferred work delivers one at a time */
    KEVENT delivered;                 /* set when one has returned */
    struct hda_tag (*tags)[HDA_TAGS]; /* by codec address */
};

NTSTATUS hda_unsolicited_start(struct hda_bus *bus);
void hda_unsolicited_stop(struct hda_bus *bus);

/* DDI RegisterEventCallback, UnregisterEventCallback. */
NTSTATUS hda_unsolicited_register(struct hda_client *client, PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK routine,
                                  PVOID context, PUCHAR tag);
NTSTATUS hda_unsolicited_unregister(struct hda_client *client, UCHAR tag);
/* Unregisters whatever tags the client holds. PASSIVE_LEVEL. */
void hda_unsolicited_release(struct hda_client *client);

/* Hands a response to the owner of its tag. Deferred work, no lock held. */
void hda_unsolicited_deliver(struct hda_bus *bus, unsigned codec, uint32_t response);

#endif
