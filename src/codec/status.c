/* SPDX-License-Identifier: BSD-2-Clause */
/* status.c - what a status means, for people. */
#include "status.h"

struct status_text {
    NTSTATUS status;
    const char *name;
    const char *sentence;
};

static const struct status_text texts[] = {
    {STATUS_SUCCESS, "STATUS_SUCCESS", "it was done"},
    {STATUS_TIMEOUT, "STATUS_TIMEOUT", "the time given was over first"},
    {STATUS_UNSUCCESSFUL, "STATUS_UNSUCCESSFUL", "it cannot be done at this interrupt level"},
    {STATUS_INVALID_HANDLE, "STATUS_INVALID_HANDLE", "the handle is not that of an engine"},
    {STATUS_INVALID_PARAMETER, "STATUS_INVALID_PARAMETER", "a parameter is outside of what can be asked for"},
    {STATUS_NO_SUCH_DEVICE, "STATUS_NO_SUCH_DEVICE", "there is no such device"},
    {STATUS_INVALID_DEVICE_REQUEST, "STATUS_INVALID_DEVICE_REQUEST",
     "the device cannot do this in its present state"},
    {STATUS_NO_MEMORY, "STATUS_NO_MEMORY", "memory has run out"},
    {STATUS_BUFFER_TOO_SMALL, "STATUS_BUFFER_TOO_SMALL", "one stream cannot carry so much"},
    {STATUS_INSUFFICIENT_RESOURCES, "STATUS_INSUFFICIENT_RESOURCES",
     "no engine, no memory or too little of the link is left for it"},
    {STATUS_DEVICE_NOT_READY, "STATUS_DEVICE_NOT_READY",
     "the controller did not do in time what it was told to"},
    {STATUS_IO_TIMEOUT, "STATUS_IO_TIMEOUT", "the device did not answer in time"},
    {STATUS_NOT_SUPPORTED, "STATUS_NOT_SUPPORTED", "the device has nothing that can do this"},
    {STATUS_DEVICE_REMOVED, "STATUS_DEVICE_REMOVED", "the controller is gone"},
};

static const struct status_text *find(NTSTATUS status)
{
    static const struct status_text unknown = {0, "an unknown status", "it failed"};
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(texts); i++)
        if (texts[i].status == status)
            return &texts[i];
    return &unknown;
}

const char *status_name(NTSTATUS status)
{
    return find(status)->name;
}

const char *status_sentence(NTSTATUS status)
{
    return find(status)->sentence;
}
