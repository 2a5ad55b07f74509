/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_event.c - what a simulated codec says by itself: unsolicited responses (HDA 7.3.1) and wakes.
 *
 * The queue has an end. A node whose event finds it full is told of once there is room, once, with what was
 * true last, unless it has been disabled meanwhile.
 */
#include "device/sim/codec_state.h"

#define TAG_SHIFT    26
#define TAG_MASK     0x3Fu
#define CONTENT_MASK 0x03FFFFFFu

static bool tells(const struct sim_node *node)
{
    return (node->state.unsolicited & HDA_UNSOLICITED_ENABLE) != 0;
}

static bool push(struct sim_events *events, const struct sim_node *node, uint32_t content)
{
    uint32_t tag = node->state.unsolicited & TAG_MASK;
    if (events->count == SIM_EVENTS)
        return false;
    events->ring[(events->first + events->count++) % SIM_EVENTS] = (struct sim_event){
        .nid = node->nid,
        .response = tag << TAG_SHIFT | (content & CONTENT_MASK),
    };
    return true;
}

void sim_event_raise(struct sim_node *node, uint32_t content)
{
    struct sim_events *events = &node->codec->events;
    if (node->codec->down && node->wakes)
        node->codec->waking = true;
    if (!tells(node))
        return;
    if (!node->missed && push(events, node, content))
        return;
    node->missed = events->missed = true;
    node->missed_content = content;
}

/* A place has become free. */
static void catch_up(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if (!node->missed)
            continue;
        if (tells(node) && !push(&codec->events, node, node->missed_content))
            return;
        node->missed = false;
    }
    codec->events.missed = false;
}

bool sim_codec_unsolicited(struct sim_codec *codec, uint32_t *response)
{
    struct sim_events *events = &codec->events;
    if (events->count == 0 || !codec->addressed)
        return false;
    *response = events->ring[events->first].response;
    events->first = (events->first + 1) % SIM_EVENTS;
    events->count--;
    if (events->missed)
        catch_up(codec);
    return true;
}

bool sim_codec_wakes(const struct sim_codec *codec)
{
    return codec->waking || codec->events.count > 0;
}

void sim_events_down(struct sim_codec *codec)
{
    if (codec->down)
        return; /* from one reset into the next */
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        node->wakes = tells(node);
        node->wake_gpios = node->state.gpio_wake & node->state.gpio_enable & ~node->state.gpio_direction;
        node->wake_gpis = node->state.gpi_wake;
    }
    codec->down = true;
    codec->waking = false;
    codec->addressed = false;
}
