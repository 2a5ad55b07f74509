/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.h - the controller's registers (HDA chapter 3): offset, and width in the comment. Each is
 * accessed with that width and no other; a wrong one has frozen machines.
 */
#ifndef HDA_REGISTERS_H
#define HDA_REGISTERS_H

#include <stdint.h>

/* ---- Global (HDA 3.3.1 - 3.3.17) ------------------------------------------------------------- */

#define GCAP       0x00 /* 16 */
#define VMIN       0x02 /* 8 */
#define VMAJ       0x03 /* 8 */
#define OUTPAY     0x04 /* 16 */
#define INPAY      0x06 /* 16 */
#define GCTL       0x08 /* 32 */
#define WAKEEN     0x0C /* 16 */
#define STATESTS   0x0E /* 16 */
#define OUTSTRMPAY 0x18 /* 16 */
#define INSTRMPAY  0x1A /* 16 */
#define INTCTL     0x20 /* 32 */
#define INTSTS     0x24 /* 32 */
#define WALCLK     0x30 /* 32 */
#define SSYNC      0x38 /* 32 */
#define SSYNC_OLD  0x34 /* 32, where ICH6 has it (HARDWARE 9) */

#define GCAP_64OK       0x0001u
#define GCAP_NSDO_SHIFT 1
#define GCAP_BSS_SHIFT  3
#define GCAP_ISS_SHIFT  8
#define GCAP_OSS_SHIFT  12
#define GCTL_CRST       0x00000001u
#define GCTL_UNSOL      0x00000100u
#define INTCTL_GIE      0x80000000u
#define INTCTL_CIE      0x40000000u
#define INTSTS_CIS      0x40000000u
#define INTSTS_STREAMS  0x3FFFFFFFu
#define STATESTS_CODECS 0x7FFFu

/* ---- Rings (HDA 3.3.18 - 3.3.31) ------------------------------------------------------------- */

#define CORBLBASE 0x40 /* 32 */
#define CORBUBASE 0x44 /* 32 */
#define CORBWP    0x48 /* 16 */
#define CORBRP    0x4A /* 16 */
#define CORBCTL   0x4C /* 8 */
#define CORBSTS   0x4D /* 8 */
#define CORBSIZE  0x4E /* 8 */
#define RIRBLBASE 0x50 /* 32 */
#define RIRBUBASE 0x54 /* 32 */
#define RIRBWP    0x58 /* 16 */
#define RINTCNT   0x5A /* 16 */
#define RIRBCTL   0x5C /* 8 */
#define RIRBSTS   0x5D /* 8 */
#define RIRBSIZE  0x5E /* 8 */
#define DPLBASE   0x70 /* 32 */
#define DPUBASE   0x74 /* 32 */

#define CORBRP_RST      0x8000u
#define CORBCTL_CMEIE   0x01u
#define CORBCTL_RUN     0x02u
#define CORBSTS_CMEI    0x01u
#define RIRBWP_RST      0x8000u
#define RIRBCTL_RINTCTL 0x01u
#define RIRBCTL_DMAEN   0x02u
#define RIRBCTL_OIC     0x04u
#define RIRBSTS_RINTFL  0x01u
#define RIRBSTS_OIS     0x04u
/* CORBSIZE, RIRBSIZE 7:4: bit n says that size n is there; 1:0: 0 is 2 entries, 1 is 16, 2 is 256. */
#define RING_CAP_SHIFT 4
#define DPLBASE_ENABLE 0x01u

/* ---- Stream descriptors (HDA 3.3.35 - 3.3.45), from 80h, one every 20h ----------------------- */

#define STREAM_BASE 0x80
#define STREAM_STEP 0x20
#define SD_CTL      0x00 /* 8: SRST, RUN, enables */
#define SD_CTL_TAG  0x02 /* 8: stripe 1:0, tag 7:4 */
#define SD_STS      0x03 /* 8 */
#define SD_LPIB     0x04 /* 32 */
#define SD_CBL      0x08 /* 32 */
#define SD_LVI      0x0C /* 16 */
#define SD_FIFOS    0x10 /* 16 */
#define SD_FMT      0x12 /* 16 */
#define SD_BDPL     0x18 /* 32 */
#define SD_BDPU     0x1C /* 32 */

#define SD_CTL_SRST      0x01u
#define SD_CTL_RUN       0x02u
#define SD_CTL_IOCE      0x04u
#define SD_CTL_FEIE      0x08u
#define SD_CTL_DEIE      0x10u
#define SD_CTL_DIR       0x08u /* in SD_CTL_TAG: bidirectional engine renders */
#define SD_CTL_TAG_SHIFT 4
#define SD_STS_BCIS      0x04u
#define SD_STS_FIFOE     0x08u
#define SD_STS_DESE      0x10u
#define SD_STS_FIFORDY   0x20u
#define SD_STS_CAUSES    (SD_STS_BCIS | SD_STS_FIFOE | SD_STS_DESE)

/* ---- Aliases: the wall clock and the link positions again, on pages that a process may be given - */

#define ALIAS 0x2000

/* ---- What the rings hold --------------------------------------------------------------------- */

/* A response (HDA 4.4.2.1). */
struct hda_rirb_entry {
    uint32_t response;
    uint32_t extended; /* codec 3:0, unsolicited 4, the rest zero */
};
#define RIRB_CODEC       0x0Fu
#define RIRB_UNSOLICITED 0x10u

_Static_assert(sizeof(struct hda_rirb_entry) == 8, "HDA 4.4.2.1");

#endif
