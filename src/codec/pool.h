/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.h - the function driver's memory: from the non-paged pool, zeroed. PASSIVE_LEVEL or DISPATCH_LEVEL. */
#ifndef CODEC_POOL_H
#define CODEC_POOL_H

#include <wdm.h>

#define CODEC_POOL_TAG 0x63416448u /* "HdAc" in a debugger */

/* NULL when there is no memory, and for a size of 0. */
static inline PVOID codec_pool_alloc(SIZE_T size)
{
    return size ? ExAllocatePool2(POOL_FLAG_NON_PAGED, size, CODEC_POOL_TAG) : NULL;
}

/* NULL is ignored. */
static inline void codec_pool_free(PVOID memory)
{
    if (memory)
        ExFreePoolWithTag(memory, CODEC_POOL_TAG);
}

#endif
