/*
 * profile: where the time of a session's passes goes, and what the machine could do at most.
 *
 * Seconds, arithmetic and memory traffic are summed by kind of work. The peaks are measured, so
 * that a profile can be read as a share of what is possible.
 */
#ifndef EVOSCOPE_PROFILE_H
#define EVOSCOPE_PROFILE_H

#include "evoscope/base.h"

struct evo_session;

enum evo_work {
	EVO_WORK_CONV_FORWARD,
	EVO_WORK_CONV_WEIGHT, /* gradients of convolutions' weights */
	EVO_WORK_CONV_DATA,   /* gradients at convolutions' inputs, through the ReLU before them */
	EVO_WORK_NORM,        /* BatchNorm, both ways */
	EVO_WORK_POOL,
	EVO_WORK_ADD,   /* sums, concatenations, and copies of gradients */
	EVO_WORK_OTHER, /* ReLU by itself, linear layer, shift, copying the images */
	EVO_WORKS
};
const char *evo_work_name(enum evo_work work); /* "convolution, forward" */

/* Summed over passes. flops: two a multiply-add, of convolutions and linear layers only. bytes: of
   the tensors that an operation reads and writes, each once: the least that it can move. */
struct evo_profile {
	struct {
		double seconds, flops, bytes;
	} work[EVO_WORKS];
};

/* From now on the session's passes add to the profile, which is the caller's; NULL ends it. */
void evo_session_profile(struct evo_session *session, struct evo_profile *profile);

/*
 * What one thread of this machine reaches, measured for about so many seconds: flops a second of
 * sgemm on 768 x 768 matrices, and bytes a second (read plus written) of memcpy on blocks larger
 * than the caches. 0 when there is no memory to try.
 */
double evo_sgemm_peak(double seconds);
double evo_copy_bandwidth(double seconds);

#endif
