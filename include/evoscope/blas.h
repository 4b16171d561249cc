/*
 * blas: OpenBLAS held to what this program wants of it.
 *
 * One network is one thread's work, so OpenBLAS starts no threads of its own. Whoever runs networks
 * on several threads reserves its memory first, by a pool from here or by itself.
 */
#ifndef EVOSCOPE_BLAS_H
#define EVOSCOPE_BLAS_H

#include "evoscope/base.h"

/* For a library of OpenBLAS that starts threads all the same: main calls this before anything else,
   and it begins the program anew without them. */
void evo_blas_begin(char **argv);
/* The kernels that it chose. */
const char *evo_blas_name(void);
/*
 * Before networks are run, by so many threads besides those reserved so far: takes OpenBLAS's
 * memory for them (128 MB of address space each, of which little is used), for without it OpenBLAS
 * would wait for ever. EVO_E_MEMORY says how much is needed. Buffers that were released serve the
 * next who reserves.
 */
bool evo_blas_reserve(unsigned threads, struct evo_error *err);
void evo_blas_release(unsigned threads);
/*
 * A pool whose threads run networks: the same, with a pool. 0 threads: as many as evo_cores() says,
 * or fewer, where address space is limited.
 */
struct evo_pool *evo_net_pool_create(unsigned threads, struct evo_error *err);
void evo_net_pool_destroy(struct evo_pool *pool);
/* The instruction set of our own convolutions; "none" where BLAS does them all. */
const char *evo_kernel_name(void);

#endif
