/*
 * base: the pool, the queue and threads. Worth a build with --enable-sanitizers=thread.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "evoscope/base.h"

static void pause_for(double seconds)
{
	struct timespec time = {.tv_sec = (time_t) seconds,
	                        .tv_nsec = (long) ((seconds - (double) (time_t) seconds) * 1e9)};

	nanosleep(&time, NULL);
}

struct counts {
	atomic_uint times[1000];
	atomic_uint beyond; /* tasks that got a worker number that there is not */
	unsigned threads;
};

static void count_index(void *context, size_t index, unsigned worker)
{
	struct counts *counts = context;

	atomic_fetch_add(&counts->times[index], 1);
	if (worker >= counts->threads)
		atomic_fetch_add(&counts->beyond, 1);
}

static void test_every_index_once(void **state)
{
	(void) state;
	for (unsigned threads = 1; threads <= 5; threads++) {
		struct evo_pool *pool = evo_pool_create(threads, NULL);
		struct counts counts = {.threads = threads};
		assert_int_equal(evo_pool_threads(pool), threads);
		evo_pool_run(pool, EVO_PRIORITY_SEARCH, 1000, count_index, &counts);
		evo_pool_run(pool, EVO_PRIORITY_PERSON, 500, count_index, &counts);
		evo_pool_run(pool, EVO_PRIORITY_PERSON, 0, count_index, &counts);
		for (size_t i = 0; i < 1000; i++)
			assert_int_equal(atomic_load(&counts.times[i]), i < 500 ? 2 : 1);
		assert_int_equal(atomic_load(&counts.beyond), 0);
		evo_pool_destroy(pool);
	}
}

/* A task that holds a worker until it is told to go on. */
struct gate {
	atomic_bool entered, open;
};

static void wait_at_gate(void *context, size_t index, unsigned worker)
{
	struct gate *gate = context;

	(void) index;
	(void) worker;
	atomic_store(&gate->entered, true);
	while (!atomic_load(&gate->open))
		pause_for(0.0005);
}

static void enter(struct gate *gate)
{
	while (!atomic_load(&gate->entered))
		pause_for(0.0005);
}

struct order {
	char *log; /* shared; one worker writes at a time */
	char name;
};

static void write_name(void *context, size_t index, unsigned worker)
{
	struct order *order = context;
	size_t end = strlen(order->log);

	(void) worker;
	order->log[end] = order->name;
	order->log[end + 1] = (char) ('0' + index);
}

static void test_oldest_of_highest_priority_first(void **state)
{
	struct evo_pool *pool = evo_pool_create(1, NULL);
	struct gate gate = {false, false};
	char log[64] = "";
	struct order orders[] = {{log, 'a'}, {log, 'b'}, {log, 'P'}, {log, 'Q'}};
	struct evo_job *jobs[5];

	(void) state;
	jobs[4] = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 1, wait_at_gate, &gate);
	enter(&gate);
	jobs[0] = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 2, write_name, &orders[0]);
	jobs[1] = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 2, write_name, &orders[1]);
	jobs[2] = evo_pool_submit(pool, EVO_PRIORITY_PERSON, 2, write_name, &orders[2]);
	jobs[3] = evo_pool_submit(pool, EVO_PRIORITY_PERSON, 1, write_name, &orders[3]);
	assert_false(evo_job_wait(jobs[0], 0));
	atomic_store(&gate.open, true);
	for (size_t i = 0; i < 5; i++)
		evo_job_destroy(jobs[i]);
	assert_string_equal(log, "P0P1Q0a0a1b0b1");
	evo_pool_destroy(pool);
}

/* A search whose first task submits a person's job. */
struct overtaking {
	struct order search, person;
	struct evo_pool *pool;
	struct evo_job *job;
};

static void submit_then_log(void *context, size_t index, unsigned worker)
{
	struct overtaking *o = context;

	if (index == 0)
		o->job = evo_pool_submit(o->pool, EVO_PRIORITY_PERSON, 1, write_name, &o->person);
	write_name(&o->search, index, worker);
}

static void test_person_overtakes_a_running_search(void **state)
{
	char log[64] = "";
	struct overtaking o = {{log, 's'}, {log, 'P'}, evo_pool_create(1, NULL), NULL};

	(void) state;
	evo_pool_run(o.pool, EVO_PRIORITY_SEARCH, 3, submit_then_log, &o);
	evo_job_destroy(o.job);
	assert_string_equal(log, "s0P0s1s2");
	evo_pool_destroy(o.pool);
}

static void test_cancel(void **state)
{
	struct evo_pool *pool = evo_pool_create(2, NULL);
	struct gate gate = {false, false};

	(void) state;
	struct evo_job *job = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 100, wait_at_gate, &gate);
	enter(&gate);
	evo_job_cancel(job);
	/* What has begun is still running. */
	assert_false(evo_job_wait(job, 0.01));
	atomic_store(&gate.open, true);
	assert_true(evo_job_wait(job, -1));
	assert_in_range(evo_job_done(job), 1, 2);
	evo_job_cancel(job);
	evo_job_destroy(job);

	/* A job that never began is done at once, and the others go on. */
	struct counts counts = {.threads = 2};
	struct gate again = {false, false};
	struct evo_job *front = evo_pool_submit(pool, EVO_PRIORITY_PERSON, 2, wait_at_gate, &again);
	struct evo_job *queued[3];
	for (size_t i = 0; i < 3; i++)
		queued[i] = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 10, count_index, &counts);
	enter(&again);
	evo_job_cancel(queued[1]);
	atomic_store(&again.open, true);
	for (size_t i = 0; i < 3; i++)
		assert_true(evo_job_wait(queued[i], -1));
	assert_int_equal(evo_job_done(queued[0]), 10);
	assert_int_equal(evo_job_done(queued[1]), 0);
	assert_int_equal(evo_job_done(queued[2]), 10);
	for (size_t i = 0; i < 3; i++)
		evo_job_destroy(queued[i]);
	evo_job_destroy(front);
	evo_pool_destroy(pool);
}

static void test_wait_times_out(void **state)
{
	struct evo_pool *pool = evo_pool_create(1, NULL);
	struct gate gate = {false, false};
	struct evo_job *job = evo_pool_submit(pool, EVO_PRIORITY_SEARCH, 1, wait_at_gate, &gate);

	(void) state;
	double start = evo_now();
	assert_false(evo_job_wait(job, 0.05));
	assert_true(evo_now() - start >= 0.049);
	assert_int_equal(evo_job_done(job), 0);
	atomic_store(&gate.open, true);
	assert_true(evo_job_wait(job, 60));
	assert_int_equal(evo_job_done(job), 1);
	evo_job_destroy(job);
	evo_pool_destroy(pool);
}

static void test_pool_needs_a_thread(void **state)
{
	struct evo_error err = {0};

	(void) state;
	assert_null(evo_pool_create(0, &err));
	assert_int_equal(err.code, EVO_E_USAGE);
	evo_pool_destroy(NULL);
	evo_job_destroy(NULL);
}

/* Many submitters, waiters and cancellers at once on one pool. */
struct stress {
	struct evo_pool *pool;
	atomic_size_t ran;
	size_t done;
	uint64_t number;
};

static void stress_task(void *context, size_t index, unsigned worker)
{
	struct stress *stress = context;

	(void) index;
	(void) worker;
	atomic_fetch_add(&stress->ran, 1);
}

static void *stress_thread(void *argument)
{
	struct stress *stress = argument;
	struct evo_rng rng = evo_rng_stream(1, "stress", stress->number);

	for (int round = 0; round < 300; round++) {
		struct evo_job *jobs[4];
		for (size_t i = 0; i < 4; i++)
			jobs[i] = evo_pool_submit(stress->pool,
			                          evo_rng_below(&rng, 2) ? EVO_PRIORITY_PERSON
			                                                 : EVO_PRIORITY_SEARCH,
			                          evo_rng_below(&rng, 30), stress_task, stress);
		for (size_t i = 0; i < 4; i++) {
			size_t which = 3 - i;
			if (evo_rng_below(&rng, 3) == 0)
				evo_job_cancel(jobs[which]);
			if (evo_rng_below(&rng, 2) == 0)
				evo_job_wait(jobs[which], 0.0001);
			evo_job_wait(jobs[which], -1);
			stress->done += evo_job_done(jobs[which]);
			evo_job_destroy(jobs[which]);
		}
	}
	return NULL;
}

static void test_stress(void **state)
{
	struct evo_pool *pool = evo_pool_create(4, NULL);
	struct stress stress[4];
	pthread_t threads[4];

	(void) state;
	for (size_t i = 0; i < 4; i++) {
		stress[i] = (struct stress){.pool = pool, .number = i};
		assert_true(evo_thread_start(&threads[i], stress_thread, &stress[i], NULL));
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(atomic_load(&stress[i].ran), stress[i].done);
		assert_true(stress[i].done > 300);
	}
	evo_pool_destroy(pool);
}

static void note_signals(void *context, size_t index, unsigned worker)
{
	sigset_t *blocked = context;

	(void) index;
	(void) worker;
	pthread_sigmask(SIG_SETMASK, NULL, blocked);
}

static void test_workers_leave_signals_to_the_main_thread(void **state)
{
	static const int asynchronous[] = {SIGINT,  SIGTERM, SIGHUP,  SIGWINCH, SIGTSTP, SIGCONT,
	                                   SIGQUIT, SIGUSR1, SIGALRM, SIGPIPE,  SIGCHLD};
	struct evo_pool *pool = evo_pool_create(1, NULL);
	sigset_t blocked, own;

	(void) state;
	evo_pool_run(pool, EVO_PRIORITY_SEARCH, 1, note_signals, &blocked);
	evo_pool_destroy(pool);
	for (size_t i = 0; i < EVO_COUNT(asynchronous); i++)
		assert_true(sigismember(&blocked, asynchronous[i]));
	/* A crash must reach its handler. */
	assert_false(sigismember(&blocked, SIGSEGV));
	assert_false(sigismember(&blocked, SIGABRT));
	pthread_sigmask(SIG_SETMASK, NULL, &own);
	assert_false(sigismember(&own, SIGINT));
}

static void test_queue_is_first_in_first_out_and_bounded(void **state)
{
	struct evo_queue *queue = evo_queue_create(sizeof(int), 3);
	int item = -1;

	(void) state;
	assert_false(evo_queue_pop(queue, &item));
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 3; i++)
			assert_true(evo_queue_push(queue, &i));
		assert_false(evo_queue_push(queue, &round));
		for (int i = 0; i < 3; i++) {
			assert_true(evo_queue_pop(queue, &item));
			assert_int_equal(item, i);
		}
		/* An odd step, so that the ring wraps at every place. */
		assert_true(evo_queue_push(queue, &round));
		assert_true(evo_queue_wait(queue, &item, 0));
		assert_int_equal(item, round);
	}
	double start = evo_now();
	assert_false(evo_queue_wait(queue, &item, 0.03));
	assert_true(evo_now() - start >= 0.029);
	evo_queue_destroy(queue);
	evo_queue_destroy(NULL);
}

struct ends {
	struct evo_queue *queue;
	long sum;
};

static void *produce(void *argument)
{
	struct ends *ends = argument;

	for (int i = 1; i <= 5000;)
		if (evo_queue_push(ends->queue, &i))
			i++;
		else
			pause_for(0.0001);
	return NULL;
}

static void *consume(void *argument)
{
	struct ends *ends = argument;
	int item;

	while (evo_queue_wait(ends->queue, &item, -1) && item > 0)
		ends->sum += item;
	return NULL;
}

static void test_queue_between_threads(void **state)
{
	struct ends ends[4];
	pthread_t threads[4];
	struct evo_queue *queue = evo_queue_create(sizeof(int), 16);
	int stop = 0;

	(void) state;
	for (size_t i = 0; i < 4; i++) {
		ends[i] = (struct ends){queue, 0};
		assert_true(
		        evo_thread_start(&threads[i], i < 2 ? produce : consume, &ends[i], NULL));
	}
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	for (int sent = 0; sent < 2;)
		sent += evo_queue_push(queue, &stop);
	pthread_join(threads[2], NULL);
	pthread_join(threads[3], NULL);
	assert_int_equal(ends[2].sum + ends[3].sum, 2 * 5000L * 5001 / 2);
	evo_queue_destroy(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_every_index_once),
	        cmocka_unit_test(test_oldest_of_highest_priority_first),
	        cmocka_unit_test(test_person_overtakes_a_running_search),
	        cmocka_unit_test(test_cancel),
	        cmocka_unit_test(test_wait_times_out),
	        cmocka_unit_test(test_pool_needs_a_thread),
	        cmocka_unit_test(test_stress),
	        cmocka_unit_test(test_workers_leave_signals_to_the_main_thread),
	        cmocka_unit_test(test_queue_is_first_in_first_out_and_bounded),
	        cmocka_unit_test(test_queue_between_threads),
	};

	/* A deadlock is a failure, not a test that never ends. */
	alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
