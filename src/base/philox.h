/*
 * The constants of Philox 4x32-10 (Salmon et al., SC 2011, table 2).
 */
#ifndef EVOSCOPE_BASE_PHILOX_H
#define EVOSCOPE_BASE_PHILOX_H

#include <stdint.h>

#define PHILOX_ROUNDS 10
#define PHILOX_M0     UINT32_C(0xd2511f53)
#define PHILOX_M1     UINT32_C(0xcd9e8d57)
#define PHILOX_W0     UINT32_C(0x9e3779b9)
#define PHILOX_W1     UINT32_C(0xbb67ae85)

#endif
