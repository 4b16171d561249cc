/*
 * The memory of large things, such as tensors, which may be more than there is: a failure is told,
 * with what is taken of a limited address space.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evoscope/base.h"

#define MIB (1024.0 * 1024.0)

/* A batch system limits address space by what was asked of it for the job. */
bool evo_fail_memory(struct evo_error *err, const char *what, size_t bytes)
{
	size_t limit, taken;

	if (!evo_address_space(&limit, &taken))
		return evo_fail(err, EVO_E_MEMORY,
		                "not enough memory for %s (%.1f MiB); ask for less, or give the "
		                "program more",
		                what, (double) bytes / MIB);
	return evo_fail(err, EVO_E_MEMORY,
	                "not enough memory for %s (%.1f MiB): %.0f MiB of address space are taken, "
	                "and the limit is %.0f MiB; ask for %.0f MiB at least (ulimit -v %.0f), or "
	                "take fewer threads (--threads 1)",
	                what, (double) bytes / MIB, (double) taken / MIB, (double) limit / MIB,
	                ceil((double) (taken + bytes) / MIB),
	                ceil((double) (taken + bytes) / MIB) * 1024);
}

/* Large pages save most of the page faults of memory that comes and goes with every network. */
#define LARGE_PAGE ((size_t) 2 << 20)

void *evo_big_alloc(size_t bytes, const char *what, struct evo_error *err)
{
	const size_t alignment = bytes >= 2 * LARGE_PAGE ? LARGE_PAGE : 64;
	void *memory = NULL;

	if (bytes <= PTRDIFF_MAX &&
	    posix_memalign(&memory, alignment, bytes > 0 ? bytes : 1) == 0) {
#ifdef MADV_HUGEPAGE
		if (alignment == LARGE_PAGE)
			(void) madvise(memory, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
#endif
		return memory;
	}
	evo_fail_memory(err, what, bytes);
	return NULL;
}
