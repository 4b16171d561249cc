/*
 * A pool of workers. Everything is behind one mutex: a task takes milliseconds at least, the
 * dispatch of one well under a microsecond.
 */
#include "config.h"

#include <stdlib.h>

#include "evoscope/base.h"
#include "clock.h"

struct evo_job {
	struct evo_pool *pool;
	struct evo_job *next; /* the younger job of the same priority */
	enum evo_priority priority;
	size_t count; /* indices that are to be begun; lowered to `begun` by cancelling */
	size_t begun; /* indices handed out */
	size_t done;  /* tasks that have returned */
	bool listed;  /* in the pool's list: has indices left */
	evo_task task;
	void *context;
	pthread_cond_t ended;
};

struct job_list {
	struct evo_job *oldest, *youngest;
};

struct evo_pool {
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct job_list jobs[EVO_PRIORITIES]; /* only jobs that have indices left */
	bool stopping;
	unsigned threads;
	struct worker *workers;
};

struct worker {
	struct evo_pool *pool;
	unsigned number;
	pthread_t thread;
};

static void list_append(struct job_list *list, struct evo_job *job)
{
	job->next = NULL;
	job->listed = true;
	if (list->youngest == NULL)
		list->oldest = job;
	else
		list->youngest->next = job;
	list->youngest = job;
}

static void list_remove(struct job_list *list, struct evo_job *job)
{
	struct evo_job *before = NULL;

	if (!job->listed)
		return;
	for (struct evo_job *j = list->oldest; j != job; j = j->next)
		before = j;
	if (before == NULL)
		list->oldest = job->next;
	else
		before->next = job->next;
	if (list->youngest == job)
		list->youngest = before;
	job->listed = false;
}

static struct evo_job *first_job(struct evo_pool *pool)
{
	for (int priority = EVO_PRIORITIES - 1; priority >= 0; priority--)
		if (pool->jobs[priority].oldest != NULL)
			return pool->jobs[priority].oldest;
	return NULL;
}

static bool has_ended(const struct evo_job *job)
{
	return job->begun == job->count && job->done == job->begun;
}

/* Does one index of a job; the mutex is held on entry and on return, not while the task runs. */
static void do_one(struct evo_job *job, unsigned worker)
{
	struct evo_pool *pool = job->pool;
	size_t index = job->begun++;

	if (job->begun == job->count)
		list_remove(&pool->jobs[job->priority], job);
	pthread_mutex_unlock(&pool->mutex);
	job->task(job->context, index, worker);
	pthread_mutex_lock(&pool->mutex);
	job->done++;
	/* Whoever waits may free the job as soon as the mutex is released. */
	if (has_ended(job))
		pthread_cond_broadcast(&job->ended);
}

static void *work(void *argument)
{
	const struct worker *self = argument;
	struct evo_pool *pool = self->pool;

	pthread_mutex_lock(&pool->mutex);
	while (!pool->stopping) {
		struct evo_job *job = first_job(pool);
		if (job != NULL)
			do_one(job, self->number);
		else
			evo_condition_wait(&pool->work, &pool->mutex, NULL);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

struct evo_pool *evo_pool_create(unsigned threads, struct evo_error *err)
{
	if (threads == 0) {
		evo_fail(err, EVO_E_USAGE, "a pool needs at least one thread");
		return NULL;
	}
	struct evo_pool *pool = evo_calloc(1, sizeof(*pool));

	pthread_mutex_init(&pool->mutex, NULL);
	evo_condition_init(&pool->work);
	pool->workers = evo_calloc(threads, sizeof(*pool->workers));
	for (unsigned i = 0; i < threads; i++) {
		struct worker *worker = &pool->workers[i];
		*worker = (struct worker){.pool = pool, .number = i};
		if (!evo_thread_start(&worker->thread, work, worker, err)) {
			evo_pool_destroy(pool);
			return NULL;
		}
		pool->threads++;
	}
	return pool;
}

void evo_pool_destroy(struct evo_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	for (unsigned i = 0; i < pool->threads; i++)
		pthread_join(pool->workers[i].thread, NULL);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->workers);
	free(pool);
}

unsigned evo_pool_threads(const struct evo_pool *pool)
{
	return pool->threads;
}

struct evo_job *evo_pool_submit(struct evo_pool *pool, enum evo_priority priority, size_t count,
                                evo_task task, void *context)
{
	struct evo_job *job = evo_calloc(1, sizeof(*job));

	job->pool = pool;
	job->priority = priority;
	job->count = count;
	job->task = task;
	job->context = context;
	evo_condition_init(&job->ended);
	if (count == 0)
		return job;
	pthread_mutex_lock(&pool->mutex);
	list_append(&pool->jobs[priority], job);
	if (count == 1)
		pthread_cond_signal(&pool->work);
	else
		pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->mutex);
	return job;
}

size_t evo_job_done(struct evo_job *job)
{
	pthread_mutex_lock(&job->pool->mutex);
	size_t done = job->done;
	pthread_mutex_unlock(&job->pool->mutex);
	return done;
}

void evo_job_cancel(struct evo_job *job)
{
	struct evo_pool *pool = job->pool;

	pthread_mutex_lock(&pool->mutex);
	list_remove(&pool->jobs[job->priority], job);
	job->count = job->begun;
	if (has_ended(job))
		pthread_cond_broadcast(&job->ended);
	pthread_mutex_unlock(&pool->mutex);
}

bool evo_job_wait(struct evo_job *job, double seconds)
{
	struct timespec deadline = evo_deadline(seconds > 0 ? seconds : 0);
	const struct timespec *until = seconds < 0 ? NULL : &deadline;
	bool waiting = true;

	pthread_mutex_lock(&job->pool->mutex);
	while (waiting && !has_ended(job))
		waiting = evo_condition_wait(&job->ended, &job->pool->mutex, until);
	bool ended = has_ended(job);
	pthread_mutex_unlock(&job->pool->mutex);
	return ended;
}

void evo_job_destroy(struct evo_job *job)
{
	if (job == NULL)
		return;
	evo_job_wait(job, -1);
	pthread_cond_destroy(&job->ended);
	free(job);
}

void evo_pool_run(struct evo_pool *pool, enum evo_priority priority, size_t count, evo_task task,
                  void *context)
{
	evo_job_destroy(evo_pool_submit(pool, priority, count, task, context));
}
