/* Where the engine's time goes: what is counted, and the command that shows it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/profile_report.h"
#include "evoscope/session.h"

#include "program.h"

#define BATCH ((size_t) 3)

static const char architecture[] =
        "|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|";

static double flops_of(const struct evo_profile *profile)
{
	double sum = 0;
	for (int i = 0; i < EVO_WORKS; i++)
		sum += profile->work[i].flops;
	return sum;
}

/* Counted where the time is taken, and by the graph: the same. The backward pass is twice the
   forward one but for what lies before the first weight. */
static void counts_every_product(void **state)
{
	(void) state;
	struct evo_error err = {0};
	struct evo_macro macro = {6, 2, 16, 10};
	struct evo_graph *graph = evo_space_find("nb201", &err)->build(architecture, &macro, &err);
	assert_non_null(graph);
	struct evo_parameters parameters;
	assert_true(evo_parameters_init(&parameters, graph, EVO_F32, &err));
	evo_parameters_random(&parameters, graph, architecture, 1);
	struct evo_session *session = evo_session_create(graph, EVO_F32, BATCH, NULL, true, &err);
	assert_non_null(session);
	float *images = evo_calloc(BATCH * 3 * 16 * 16, sizeof(float));
	struct evo_rng rng = evo_rng_stream(1, "images", 0);
	evo_rng_normals(&rng, images, BATCH * 3 * 16 * 16, 1);
	size_t count = BATCH * 10 * sizeof(float);
	float *before = evo_malloc(count);
	evo_session_forward(session, &parameters, images);
	memcpy(before, evo_session_value(session, graph->output), count);

	struct evo_profile profile = {0};
	double wanted = 2 * (double) BATCH * evo_graph_flops(graph);
	evo_session_profile(session, &profile);
	evo_session_forward(session, &parameters, images);
	assert_memory_equal(before, evo_session_value(session, graph->output), count);
	assert_true(flops_of(&profile) == wanted);
	assert_true(profile.work[EVO_WORK_CONV_WEIGHT].flops == 0);
	evo_session_backward(session, &parameters, NULL);
	assert_true(flops_of(&profile) == 3 * wanted);
	assert_true(profile.work[EVO_WORK_CONV_WEIGHT].flops ==
	            profile.work[EVO_WORK_CONV_FORWARD].flops);
	for (int i = 0; i < EVO_WORKS; i++)
		assert_true(profile.work[i].seconds > 0 && profile.work[i].bytes > 0);

	struct evo_profile ended = profile;
	evo_session_profile(session, NULL);
	evo_session_forward(session, &parameters, images);
	assert_memory_equal(&ended, &profile, sizeof(profile));
	free(before);
	free(images);
	evo_session_destroy(session);
	evo_parameters_clear(&parameters);
	evo_graph_destroy(graph);
}

static void the_command_names_every_work(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, "profile", "--networks", "2", SMALL_PROBE);
	expect_status(&outcome, 0);
	for (int i = 0; i < EVO_WORKS; i++)
		assert_true(has(outcome.out, evo_work_name((enum evo_work) i)));
	assert_true(has(outcome.out, "statistics"));
	assert_true(has(outcome.out, "2 networks, C 4 N 1, batch 4 of 3x8x8"));
	assert_true(has(outcome.out, "sgemm"));
	assert_true(has(outcome.out, "networks/s"));
	outcome_clear(&outcome);

	RUN(&box, &outcome, "profile", "-b", "tiny201-shapes", "-b", "tiny201-shapes");
	expect_status(&outcome, 2);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "profile", "-b", "nothing");
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "nothing"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "profile", "--memory", "1M");
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "--memory"));
	outcome_clear(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(counts_every_product),
	        cmocka_unit_test_setup_teardown(the_command_names_every_work, open_box, close_box),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
