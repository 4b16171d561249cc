/*
 * Studies of the small benchmarks of run_fixture.h, and waiting for what they answer.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "study_fixture.h"

struct evo_study_config small_study(void)
{
	const struct evo_run_config run = small_config();
	return (struct evo_study_config){.benchmarks = both,
	                                 .benchmark_count = 2,
	                                 .probe = run.probe,
	                                 .seed = run.seed,
	                                 .train = run.gp.train,
	                                 .validation = run.gp.validation,
	                                 .threads = 2};
}

/* Networks that take long enough for something to happen meanwhile. */
struct evo_study_config slow_study(void)
{
	struct evo_study_config config = small_study();
	config.strings = true;
	config.split = EVO_ALL;
	config.threads = 1;
	config.probe = (struct evo_probe_options){
	        .channels = 8, .cells = 1, .batch = 8, .side = 32, .classes = 10};
	return config;
}

struct evo_study *open_study(const struct evo_study_config *config)
{
	struct evo_error err = {0};
	struct evo_study *study = evo_study_create(config, &err);
	assert_string_equal(err.message, "");
	assert_non_null(study);
	return study;
}

uint64_t ask_texts(struct evo_study *study, const char *const *texts, size_t count,
                   struct evo_request question)
{
	struct evo_error err = {0};
	struct evo_tree *trees = evo_calloc(count, sizeof(*trees));
	const struct evo_tree **list = evo_calloc(count, sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		assert_true(evo_proxy_parse(texts[i], &trees[i], &err));
		list[i] = &trees[i];
	}
	question.trees = list;
	question.tree_count = count;
	uint64_t id = evo_study_ask(study, &question, &err);
	assert_string_equal(err.message, "");
	assert_true(id > 0);
	free(list);
	free(trees);
	return id;
}

uint64_t ask_text(struct evo_study *study, const char *text, struct evo_request question)
{
	return ask_texts(study, &text, 1, question);
}

bool has_networks(const struct evo_study_snapshot *s, uint64_t id, size_t networks)
{
	const struct evo_answer *answer = evo_study_answer(s, id);
	return answer != NULL && answer->done >= networks;
}

bool is_whole(const struct evo_study_snapshot *s, uint64_t id, size_t networks)
{
	const struct evo_answer *answer = evo_study_answer(s, id);
	(void) networks;
	return answer != NULL && answer->done == answer->total &&
	       answer->row_count == answer->row_total;
}

bool is_idle(const struct evo_study_snapshot *s, uint64_t id, size_t networks)
{
	(void) id;
	(void) networks;
	return s->state == EVO_STUDY_IDLE || s->state == EVO_STUDY_FAILED;
}

bool is_empty(const struct evo_study_snapshot *s, uint64_t id, size_t networks)
{
	(void) id;
	(void) networks;
	return s->state == EVO_STUDY_IDLE && s->answer_count == 0;
}

const struct evo_study_snapshot *wait_for(struct evo_study *study, is_reached reached, uint64_t id,
                                          size_t networks)
{
	double end = evo_now() + 280;
	for (;;) {
		const struct evo_study_snapshot *s = evo_study_snapshot(study);
		if (reached(s, id, networks))
			return s;
		if (s->state == EVO_STUDY_FAILED)
			fail_msg("the study failed: %s", s->error);
		evo_study_snapshot_release(s);
		assert_true(evo_now() < end);
		evo_study_wait(study, 1);
	}
}
