/*
 * What control groups allow this process (Linux cgroup v1 and v2).
 */
#ifndef EVOSCOPE_BASE_CGROUP_H
#define EVOSCOPE_BASE_CGROUP_H

#include <stdint.h>

struct evo_cgroup_limits {
	double cores;    /* processor quota; 0 when there is none */
	uint64_t memory; /* bytes; 0 when there is no limit */
};

/*
 * The smallest limits on the way from this process' group up to the top. root is put before every
 * path that is read ("" on a real system); mount points are taken from ROOT/proc/self/mountinfo.
 */
struct evo_cgroup_limits evo_cgroup_limits(const char *root);

#endif
