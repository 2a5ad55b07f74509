/* SPDX-License-Identifier: BSD-2-Clause */
/* registers.h - the registers of HDA 3.3 as the simulated controller has them: offsets and bits under the
 * specification's names. */
#ifndef SIM_REGISTERS_H
#define SIM_REGISTERS_H

#define REG_GCAP       0x00
#define REG_VMIN       0x02
#define REG_VMAJ       0x03
#define REG_OUTPAY     0x04
#define REG_INPAY      0x06
#define REG_GCTL       0x08
#define REG_WAKEEN     0x0C
#define REG_STATESTS   0x0E
#define REG_GSTS       0x10
#define REG_OUTSTRMPAY 0x18
#define REG_INSTRMPAY  0x1A
#define REG_INTCTL     0x20
#define REG_INTSTS     0x24
#define REG_WALCLK     0x30
#define REG_SSYNC_34   0x34 /* where some have it */
#define REG_SSYNC      0x38
#define REG_CORBLBASE  0x40
#define REG_CORBUBASE  0x44
#define REG_CORBWP     0x48
#define REG_CORBRP     0x4A
#define REG_CORBCTL    0x4C
#define REG_CORBSTS    0x4D
#define REG_CORBSIZE   0x4E
#define REG_RIRBLBASE  0x50
#define REG_RIRBUBASE  0x54
#define REG_RIRBWP     0x58
#define REG_RINTCNT    0x5A
#define REG_RIRBCTL    0x5C
#define REG_RIRBSTS    0x5D
#define REG_RIRBSIZE   0x5E
#define REG_ICOI       0x60
#define REG_ICII       0x64
#define REG_ICIS       0x68
#define REG_DPLBASE    0x70
#define REG_DPUBASE    0x74

/* Stream descriptor 0; descriptor n is n × REG_SD_STRIDE further. SDnCTL has three bytes. */
#define REG_SD_STRIDE  0x20
#define REG_SDCTL      0x80
#define REG_SDCTL_HIGH 0x82
#define REG_SDSTS      0x83
#define REG_SDLPIB     0x84
#define REG_SDCBL      0x88
#define REG_SDLVI      0x8C
#define REG_SDFIFOS    0x90
#define REG_SDFMT      0x92
#define REG_SDBDPL     0x98
#define REG_SDBDPU     0x9C

/* WALCLK and SDnLPIB once more, on a page that a client can be given (HDA 3.3.46, 3.3.47). */
#define REG_ALIAS 0x2000

#define GCTL_CRST   0x001u
#define GCTL_FCNTRL 0x002u
#define GCTL_UNSOL  0x100u
#define GSTS_FSTS   0x2u

#define INT_GLOBAL     0x80000000u
#define INT_CONTROLLER 0x40000000u

#define CORBRP_RST    0x8000u
#define CORBCTL_CMEIE 0x1u
#define CORBCTL_RUN   0x2u
#define CORBSTS_CMEI  0x1u

#define RIRBWP_RST      0x8000u
#define RIRBCTL_RINTCTL 0x1u
#define RIRBCTL_DMAEN   0x2u
#define RIRBCTL_OIC     0x4u
#define RIRBSTS_RINTFL  0x1u
#define RIRBSTS_OIS     0x4u

#define ICIS_ICB           0x1u
#define ICIS_IRV           0x2u
#define ICIS_ICVER         0x4u
#define ICIS_UNSOLICITED   0x8u
#define ICIS_ADDRESS_SHIFT 4

#define DPLBASE_ENABLE 0x1u

#define SDCTL_SRST 0x1u
#define SDCTL_RUN  0x2u
/* In REG_SDCTL_HIGH. */
#define SDCTL_STRIPE 0x03u
#define SDCTL_DIR    0x08u
#define SDCTL_TAG    0xF0u
/* IOCE, FEIE and DEIE stand at the bits of SDnSTS that they enable. */
#define SDSTS_BCIS    0x04u
#define SDSTS_FIFOE   0x08u
#define SDSTS_DESE    0x10u
#define SDSTS_CAUSES  0x1Cu
#define SDSTS_FIFORDY 0x20u

#endif
