/*
 * OpenBLAS held to what this program wants of it: no threads of its own, and no call for which it
 * could not get its memory.
 */
#include "config.h"

#include "evoscope/blas.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- Threads ---- */

/*
 * OpenBLAS starts its threads before main, as many as its own function of this name says, which
 * reads OPENBLAS_NUM_THREADS. This one is found first. One network is one thread's work: threads of
 * OpenBLAS would only be in its way, take signals, and 128 MB of address space each.
 */
int openblas_num_threads_env(void);
__attribute__((weak)) int openblas_num_threads_env(void)
{
	return 1;
}

/* For a library that asks nobody: a new program with the variable set. */
void evo_blas_begin(char **argv)
{
	static const char name[] = "OPENBLAS_NUM_THREADS";
	const char *value = getenv(name);

	if (openblas_get_num_threads() > 1 && (value == NULL || strcmp(value, "1") != 0) &&
	    setenv(name, "1", 1) == 0)
		execv("/proc/self/exe", argv);
}

static void hold_to_one_thread(void)
{
	openblas_set_num_threads(1);
}

const char *evo_blas_name(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, hold_to_one_thread);
	return openblas_get_corename();
}

/* ---- Memory ---- */

/*
 * A thread that is within a function of OpenBLAS has a buffer, which is kept for the next one that
 * comes. Where there is no room for a new one OpenBLAS tries again for ever. So the buffers are
 * made before they are needed, and only where there is room.
 */
#define BUFFER_BYTES ((size_t) 128 << 20)
/* Besides: what others take between looking and having it. */
#define SLACK_BYTES ((size_t) 4 << 20)

/* OpenBLAS's own; no header has them, and a library may hide them. */
void *blas_memory_alloc(int place) __attribute__((weak));
void blas_memory_free(void *buffer) __attribute__((weak));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned wanted; /* threads that may be in OpenBLAS */
static void **buffers;  /* all that were seen, for its whole life */
static unsigned made;   /* how many; without the functions above: assumed */

static bool has_room(size_t bytes)
{
	void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return false;
	munmap(room, bytes);
	return true;
}

static void note(void *buffer)
{
	for (unsigned i = 0; i < made; i++)
		if (buffers[i] == buffer)
			return;
	buffers = evo_realloc(buffers, made + 1, sizeof(*buffers));
	buffers[made++] = buffer;
}

/* A buffer in use is given to nobody else, so that holding all that are free makes a new one. */
static bool make_buffers(unsigned count)
{
	void **held = evo_calloc(count, sizeof(*held));
	unsigned have = 0;

	while (made < count && have < count && has_room(BUFFER_BYTES + SLACK_BYTES)) {
		held[have] = blas_memory_alloc(0);
		note(held[have++]);
	}
	for (unsigned i = 0; i < have; i++)
		blas_memory_free(held[i]);
	free(held);
	return made >= count;
}

static bool ensure(unsigned count)
{
	if (count <= made)
		return true;
	if (blas_memory_alloc != NULL && blas_memory_free != NULL)
		return make_buffers(count);
	if (!has_room((count - made) * BUFFER_BYTES + SLACK_BYTES))
		return false;
	made = count;
	return true;
}

/* The buffers that are made by now are part of what is taken. */
static bool no_room(unsigned threads, struct evo_error *err)
{
	const size_t missing = (threads - made) * BUFFER_BYTES + SLACK_BYTES;
	char *what = evo_format("OpenBLAS in %u thread%s", threads, threads == 1 ? "" : "s");

	evo_fail_memory(err, what, missing);
	free(what);
	return false;
}

bool evo_blas_reserve(unsigned threads, struct evo_error *err)
{
	bool good;

	evo_blas_name(); /* which holds it to one thread */
	pthread_mutex_lock(&lock);
	unsigned all = wanted + threads;
	good = ensure(all) || no_room(all, err);
	if (good)
		wanted = all;
	pthread_mutex_unlock(&lock);
	return good;
}

void evo_blas_release(unsigned threads)
{
	pthread_mutex_lock(&lock);
	wanted -= threads;
	pthread_mutex_unlock(&lock);
}

/* ---- Pools ---- */

/* What a thread takes of address space where that is limited: OpenBLAS's buffer, a stack, and as
   much again for a network. */
#define THREAD_SPACE (2 * BUFFER_BYTES)

static unsigned usual_threads(void)
{
	unsigned threads = evo_cores();
	size_t limit, taken;

	if (evo_address_space(&limit, &taken)) {
		size_t most = limit > taken ? (limit - taken) / THREAD_SPACE : 0;
		if (most < threads)
			threads = most > 1 ? (unsigned) most : 1;
	}
	return threads;
}

struct evo_pool *evo_net_pool_create(unsigned threads, struct evo_error *err)
{
	if (threads == 0)
		threads = usual_threads();
	if (!evo_blas_reserve(threads, err))
		return NULL;
	struct evo_pool *pool = evo_pool_create(threads, err);
	if (pool == NULL)
		evo_blas_release(threads);
	return pool;
}

void evo_net_pool_destroy(struct evo_pool *pool)
{
	if (pool == NULL)
		return;
	unsigned threads = evo_pool_threads(pool);

	evo_pool_destroy(pool);
	evo_blas_release(threads);
}
