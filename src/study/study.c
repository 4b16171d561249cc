/* A study: its two sides, and its thread. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/blas.h"
#include "evoscope/proxy.h"
#include "study.h"

struct evo_study_config evo_study_config_default(void)
{
	static const char *const benchmarks[] = {EVO_DEFAULT_BENCHMARK};
	struct evo_gp_config gp = {0};
	/* A broken file of the user's leaves the built-in preset. */
	evo_gp_preset("default", &gp, NULL);
	return (struct evo_study_config){.benchmarks = benchmarks,
	                                 .benchmark_count = 1,
	                                 .seed = 1,
	                                 .train = gp.train,
	                                 .validation = gp.validation,
	                                 .sampling = gp.sampling,
	                                 .threads = 1};
}

/* ---- On the thread --------------------------------------------------------------------------- */

bool study_called(struct evo_study *study)
{
	pthread_mutex_lock(&study->lock);
	bool called = study->quit || study->message_count > 0;
	pthread_mutex_unlock(&study->lock);
	return called;
}

static void drop(struct evo_study *study, uint64_t id)
{
	size_t kept = 0;
	for (size_t q = 0; q < study->request_count; q++) {
		struct study_request *request = study->requests[q];
		if (request->id == id)
			study_request_destroy(request);
		else
			study->requests[kept++] = request;
	}
	study->request_count = kept;
}

static void add(struct evo_study *study, struct study_request *request)
{
	study_request_prepare(request, study->sample);
	study_recall(study, request);
	study->requests = evo_realloc(study->requests, study->request_count + 1,
	                              sizeof(struct study_request *));
	study->requests[study->request_count++] = request;
}

/* Of a study that has failed: nothing more will be known. */
static void throw_away(struct study_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		study_request_destroy(messages[i].request);
}

/* Reads the messages, after waiting for one when there is nothing else to do. False: to quit. */
static bool read_mailbox(struct evo_study *study, bool wait)
{
	pthread_mutex_lock(&study->lock);
	while (wait && !study->quit && study->message_count == 0)
		pthread_cond_wait(&study->called, &study->lock);
	bool quit = study->quit;
	struct study_message *messages = study->mailbox;
	size_t count = study->message_count;
	study->mailbox = NULL;
	study->message_count = 0;
	pthread_mutex_unlock(&study->lock);
	if (study->state == EVO_STUDY_FAILED)
		throw_away(messages, count);
	for (size_t i = 0; i < count && study->state != EVO_STUDY_FAILED; i++) {
		if (messages[i].request != NULL)
			add(study, messages[i].request);
		else
			drop(study, messages[i].id);
	}
	study->changed = study->changed || count > 0;
	free(messages);
	return !quit;
}

static struct study_request *create_counters(const struct study_sample *sample,
                                             struct evo_error *err)
{
	static const char *const names[STUDY_COUNTERS] = {"units", "params"};
	struct evo_tree trees[STUDY_COUNTERS];
	const struct evo_tree *const list[STUDY_COUNTERS] = {&trees[STUDY_UNITS],
	                                                     &trees[STUDY_PARAMS]};
	const struct evo_request asked = {.trees = list, .tree_count = STUDY_COUNTERS};
	for (size_t i = 0; i < STUDY_COUNTERS; i++) {
		if (!evo_proxy_parse(names[i], &trees[i], err))
			return NULL;
	}
	struct study_request *counters = study_request_create(&asked, 0);
	study_request_prepare(counters, sample);
	if (counters->error.code == EVO_OK)
		return counters;
	evo_fail(err, counters->error.code, "%s", counters->error.message);
	study_request_destroy(counters);
	return NULL;
}

static bool open_engine(struct evo_study *study, struct evo_error *err)
{
	study->sample = study_sample_load(&study->config, &study->engine, err);
	if (study->sample == NULL)
		return false;
	study->counters = create_counters(study->sample, err);
	if (study->counters == NULL)
		return false;
	if (study->config.keep) {
		study->kept = evo_kept_open();
		study_recall(study, study->counters);
	}
	return true;
}

static void close_engine(struct evo_study *study)
{
	for (size_t q = 0; q < study->request_count; q++)
		study_request_destroy(study->requests[q]);
	free(study->requests);
	study_request_destroy(study->counters);
	evo_kept_close(study->kept);
	evo_engine_close(study->engine);
	study_sample_release(study->sample);
}

static void enter(struct evo_study *study, enum evo_study_state state)
{
	study->changed = study->changed || study->state != state;
	study->state = state;
}

static bool work_some(struct evo_study *study)
{
	return study_score(study, true) || study_make_rows(study, true) ||
	       study_make_rows(study, false) || study_score(study, false);
}

/* All that there is to do is done. */
static void rest(struct evo_study *study)
{
	if (study->state != EVO_STUDY_FAILED)
		enter(study, EVO_STUDY_IDLE);
	if (study->changed)
		study_publish(study);
}

static bool has_quit(struct evo_study *study)
{
	pthread_mutex_lock(&study->lock);
	bool quit = study->quit;
	pthread_mutex_unlock(&study->lock);
	return quit;
}

static void *work(void *context)
{
	struct evo_study *study = context;
	bool idle = true;
	/* First, so that the memory is there once and not twice. */
	evo_study_destroy(study->before);
	study->before = NULL;
	if (has_quit(study))
		return NULL;
	if (!open_engine(study, &study->error))
		enter(study, EVO_STUDY_FAILED);
	rest(study);
	while (read_mailbox(study, idle)) {
		if (study->state != EVO_STUDY_FAILED)
			enter(study, EVO_STUDY_WORKING);
		idle = study->state == EVO_STUDY_FAILED || !work_some(study);
		if (idle)
			rest(study);
	}
	return NULL;
}

/* ---- From the other side --------------------------------------------------------------------- */

static void copy_config(struct evo_study_config *to, const struct evo_study_config *from)
{
	*to = *from;
	to->benchmarks = evo_run_copy_list(from->benchmarks, from->benchmark_count);
	if (from->probe.probe_of != NULL)
		to->probe.probe_of = evo_strdup(from->probe.probe_of);
}

static void destroy_shell(struct evo_study *study)
{
	throw_away(study->mailbox, study->message_count);
	free(study->mailbox);
	evo_study_snapshot_release(study->newest);
	evo_news_close(&study->news);
	evo_run_free_list(study->config.benchmarks, study->config.benchmark_count);
	free((char *) (uintptr_t) study->config.probe.probe_of);
	pthread_cond_destroy(&study->called);
	pthread_mutex_destroy(&study->lock);
	free(study);
}

struct evo_study *evo_study_create(const struct evo_study_config *config, struct evo_error *err)
{
	return evo_study_replace(NULL, config, err);
}

struct evo_study *evo_study_replace(struct evo_study *before, const struct evo_study_config *config,
                                    struct evo_error *err)
{
	struct evo_study *study = evo_calloc(1, sizeof(*study));
	study->before = before;
	copy_config(&study->config, config);
	pthread_mutex_init(&study->lock, NULL);
	pthread_cond_init(&study->called, NULL);
	bool good = evo_news_open(&study->news, err);
	if (good)
		study_publish(study);
	if (!good || !evo_thread_start(&study->thread, work, study, err)) {
		destroy_shell(study);
		return NULL;
	}
	return study;
}

void evo_study_end(struct evo_study *study)
{
	pthread_mutex_lock(&study->lock);
	study->quit = true;
	pthread_cond_signal(&study->called);
	pthread_mutex_unlock(&study->lock);
}

void evo_study_destroy(struct evo_study *study)
{
	if (study == NULL)
		return;
	evo_study_end(study);
	pthread_join(study->thread, NULL);
	close_engine(study);
	destroy_shell(study);
}

/* The lock is held. */
static void send(struct evo_study *study, struct study_request *request, uint64_t id)
{
	study->mailbox =
	        evo_realloc(study->mailbox, study->message_count + 1, sizeof(*study->mailbox));
	study->mailbox[study->message_count++] = (struct study_message){request, id};
	pthread_cond_signal(&study->called);
}

uint64_t evo_study_ask(struct evo_study *study, const struct evo_request *request,
                       struct evo_error *err)
{
	for (size_t t = 0; t < request->tree_count; t++) {
		if (!evo_tree_check(request->trees[t], err))
			return 0;
	}
	struct study_request *copy = study_request_create(request, 0);
	pthread_mutex_lock(&study->lock);
	uint64_t id = ++study->last_id;
	copy->id = id;
	send(study, copy, id);
	pthread_mutex_unlock(&study->lock);
	return id;
}

void evo_study_drop(struct evo_study *study, uint64_t id)
{
	pthread_mutex_lock(&study->lock);
	send(study, NULL, id);
	pthread_mutex_unlock(&study->lock);
}

int evo_study_descriptor(const struct evo_study *study)
{
	return study->news.pipe[0];
}

bool evo_study_wait(struct evo_study *study, double seconds)
{
	return evo_news_wait(&study->news, seconds);
}
