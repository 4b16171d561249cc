/*
 * What this process may use of the machine.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "evoscope/base.h"
#include "cgroup.h"

/* The kernel refuses a set that is smaller than its own, so larger ones are tried. */
static unsigned affinity_cores(void)
{
	for (size_t cores = 1024; cores <= (size_t) 1 << 20; cores *= 2) {
		cpu_set_t *set = CPU_ALLOC(cores);
		if (set == NULL)
			return 0;
		size_t size = CPU_ALLOC_SIZE(cores);
		int result = sched_getaffinity(0, size, set);
		int refused = errno;
		int count = result == 0 ? CPU_COUNT_S(size, set) : 0;
		CPU_FREE(set);
		if (result == 0)
			return (unsigned) count;
		if (refused != EINVAL)
			return 0;
	}
	return 0;
}

unsigned evo_cores(void)
{
	unsigned cores = affinity_cores();

	if (cores == 0) {
		long online = sysconf(_SC_NPROCESSORS_ONLN);
		cores = online > 0 ? (unsigned) online : 1;
	}
	double quota = evo_cgroup_limits("").cores;
	if (quota > 0 && ceil(quota) < cores)
		cores = (unsigned) ceil(quota);
	return cores;
}

/* Address space that this process has taken; 0 where that is not known. It takes no memory, for
   there may be none left. */
static uint64_t taken_space(void)
{
	const uint64_t page_size = (uint64_t) sysconf(_SC_PAGESIZE);
	char text[32] = "";
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return 0;
	ssize_t length = read(file, text, sizeof(text) - 1);
	close(file);
	return length > 0 ? strtoull(text, NULL, 10) * page_size : 0;
}

bool evo_address_space(size_t *limit, size_t *taken)
{
	struct rlimit space;

	if (getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY)
		return false;
	*limit = (size_t) space.rlim_cur;
	*taken = (size_t) taken_space();
	return true;
}

size_t evo_memory(void)
{
	uint64_t least = 0;
	long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);

	if (pages > 0 && page_size > 0)
		least = (uint64_t) pages * (uint64_t) page_size;
	uint64_t group = evo_cgroup_limits("").memory;
	if (group > 0 && (least == 0 || group < least))
		least = group;
	size_t limit, taken;
	if (evo_address_space(&limit, &taken)) {
		uint64_t left = limit > taken ? limit - taken : 1;
		least = least == 0 || left < least ? left : least;
	}
	return least > SIZE_MAX ? SIZE_MAX : (size_t) least;
}

static pthread_once_t processor_once = PTHREAD_ONCE_INIT;
static char processor[128];

static void find_processor(void)
{
	struct utsname system;
	char *text = evo_file_read("/proc/cpuinfo", (size_t) 64 << 20, NULL, NULL);
	const char *name = text == NULL ? NULL : strstr(text, "model name");

	if (name != NULL)
		name = strchr(name, ':');
	if (name != NULL) {
		name += 1 + strspn(name + 1, " \t");
		snprintf(processor, sizeof(processor), "%.*s", (int) strcspn(name, "\n"), name);
	}
	if (processor[0] == '\0' && uname(&system) == 0)
		snprintf(processor, sizeof(processor), "%s", system.machine);
	if (processor[0] == '\0')
		strcpy(processor, "unknown");
	free(text);
}

const char *evo_processor(void)
{
	pthread_once(&processor_once, find_processor);
	return processor;
}
