/*
 * The stats room: every statistic against a session that keeps everything, the memory budget, and
 * that results depend on neither the budget nor the threads.
 */
#include "config.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evoscope/session.h"
#include "evoscope/store.h"

static const char *const ARCHITECTURES[] = {
        "|nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|",
        "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
        "|nor_conv_1x1~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_3x3~1|skip_connect~2|",
        "|avg_pool_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|",
        "|skip_connect~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_3x3~0|none~1|skip_connect~2|",
};
#define NETWORKS  EVO_COUNT(ARCHITECTURES)
#define ALL_NEEDS (((evo_needs) 1 << EVO_STATISTICS) - 1)
#define PLENTY    ((size_t) 1 << 30)

/* What the inputs of small_probe take. */
#define INPUT_BYTES (3 * ((size_t) EVO_PASSES * 3 * 8 * 8 * sizeof(float) + sizeof(unsigned short)))

static struct evo_probe small_probe(void)
{
	struct evo_probe probe = {.macro = {.channels = 4, .cells = 1, .side = 8, .classes = 5},
	                          .batch = 3,
	                          .seed = 11};
	struct evo_error err = {0};

	probe.space = evo_space_find("nb201", &err);
	assert_non_null(probe.space);
	return probe;
}

struct setup {
	struct evo_store *store;
	size_t networks[NETWORKS];
};

static struct setup store_with_networks(size_t memory, unsigned workers)
{
	const struct evo_probe probe = small_probe();
	struct evo_error err = {0};
	struct setup setup;
	size_t number;

	setup.store = evo_store_create(memory, workers, &err);
	assert_non_null(setup.store);
	assert_true(evo_store_probe(setup.store, &probe, NULL, NULL, &number, &err));
	for (size_t i = 0; i < NETWORKS; i++)
		assert_true(evo_store_network(setup.store, number, ARCHITECTURES[i],
		                              &setup.networks[i], &err));
	return setup;
}

static size_t elements(size_t rank, const size_t *dims)
{
	size_t count = 1;

	for (size_t i = 0; i < rank; i++)
		count *= dims[i];
	return count;
}

/* All that a network's statistics say, as one number. */
static uint64_t digest(const struct evo_stats *stats, evo_needs needs)
{
	uint64_t hash = 0;
	size_t dims[4];

	for (size_t u = 0; u <= stats->unit_count; u++) {
		const bool unit = u < stats->unit_count;
		const unsigned begin = unit ? 0 : EVO_UNIT_STATISTICS;
		const unsigned end = unit ? EVO_UNIT_STATISTICS : EVO_PARAMS;
		for (unsigned s = begin; s < end; s++) {
			if (!(needs & EVO_NEED(s)))
				continue;
			const struct evo_unit_stats *of = unit ? &stats->units[u] : NULL;
			const size_t count = elements(evo_stats_dims(stats, of, s, dims), dims);
			float *scratch = malloc(count * sizeof(*scratch));
			const float *values = evo_stats_read(stats, of, s, scratch);
			hash = evo_hash(values, count * sizeof(*values), hash);
			free(scratch);
		}
	}
	return hash;
}

/* ---- Values ---------------------------------------------------------------------------------- */

struct reference {
	struct evo_graph *graph;
	struct evo_session *sessions[EVO_PASSES];
	struct evo_parameters parameters;
};

static struct reference reference_of(const struct evo_probe *probe, const char *architecture)
{
	struct evo_error err = {0};
	struct reference r;
	float *inputs[EVO_PASSES];

	r.graph = probe->space->build(architecture, &probe->macro, &err);
	assert_non_null(r.graph);
	assert_true(evo_parameters_init(&r.parameters, r.graph, EVO_F32, &err));
	evo_parameters_random(&r.parameters, r.graph, architecture, probe->seed);
	assert_true(evo_probe_inputs(probe, NULL, inputs, &err));
	for (int p = 0; p < EVO_PASSES; p++) {
		r.sessions[p] =
		        evo_session_create(r.graph, EVO_F32, probe->batch, NULL, true, &err);
		assert_non_null(r.sessions[p]);
		evo_session_forward(r.sessions[p], &r.parameters, inputs[p]);
		evo_session_backward(r.sessions[p], &r.parameters, NULL);
		free(inputs[p]);
	}
	return r;
}

static void reference_clear(struct reference *r)
{
	for (int p = 0; p < EVO_PASSES; p++)
		evo_session_destroy(r->sessions[p]);
	evo_parameters_clear(&r->parameters);
	evo_graph_destroy(r->graph);
}

/* The statistic of a unit in one pass, from the session; which: 0 gw, 1 x, 2 gx, 3 r, 4 gr, 5 y,
   6 gy. gx is written down from its definition. */
static double reference_value(const struct reference *r, size_t u, int which, int pass, size_t i)
{
	const struct evo_unit *unit = &r->graph->units[u];
	const struct evo_session *session = r->sessions[pass];
	const size_t input = r->graph->inputs[r->graph->nodes[unit->relu].first_input];
	const float *x = evo_session_value(session, input);
	const float *gr = evo_session_gradient(session, unit->relu);

	switch (which) {
	case 0:
		return ((const float *) evo_session_parameter_gradient(
		        session, &r->graph->parameters[r->graph->nodes[unit->conv].parameter]))[i];
	case 1:
		return x[i];
	case 2:
		return x[i] > 0 ? gr[i] : 0;
	case 3:
		return x[i] > 0 ? x[i] : 0;
	case 4:
		return gr[i];
	case 5:
		return ((const float *) evo_session_value(session, unit->norm))[i];
	default:
		return ((const float *) evo_session_gradient(session, unit->norm))[i];
	}
}

static void check_unit(const struct reference *r, const struct evo_stats *stats, size_t u)
{
	size_t dims[4];

	for (unsigned s = EVO_GW_D; s < EVO_UNIT_STATISTICS; s++) {
		const size_t count =
		        elements(evo_stats_dims(stats, &stats->units[u], s, dims), dims);
		float *scratch = malloc(count * sizeof(*scratch));
		const float *values = evo_stats_read(stats, &stats->units[u], s, scratch);
		const int which = (int) (s - EVO_GW_D) / 3, variant = (int) (s - EVO_GW_D) % 3;
		for (size_t i = 0; i < count; i++) {
			double want = reference_value(r, u, which, variant, i);
			if (variant == EVO_PERTURBED)
				want -= reference_value(r, u, which, EVO_DATA, i);
			if (fabs(values[i] - want) > 1e-7 * (1 + fabs(want)))
				fail_msg("unit %zu %s [%zu]: %g, expected %g", u,
				         evo_statistic_name(s), i, (double) values[i], want);
		}
		free(scratch);
	}
}

static void every_statistic_is_that_of_a_full_session(void **state)
{
	const struct evo_probe probe = small_probe();
	struct setup setup = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};

	(void) state;
	for (size_t n = 0; n < NETWORKS; n++) {
		struct reference r = reference_of(&probe, ARCHITECTURES[n]);
		const struct evo_stats *stats =
		        evo_store_acquire(setup.store, setup.networks[n], ALL_NEEDS, 0, &err);
		assert_non_null(stats);
		assert_int_equal(stats->unit_count, r.graph->unit_count);
		for (size_t u = 0; u < stats->unit_count; u++) {
			assert_string_equal(stats->units[u].name, r.graph->units[u].name);
			check_unit(&r, stats, u);
		}
		assert_true(evo_stats_scalar(stats, EVO_PARAMS) ==
		            (double) r.graph->parameter_total);
		assert_true(evo_stats_scalar(stats, EVO_UNITS) == (double) stats->unit_count);
		assert_true(evo_stats_scalar(stats, EVO_FLOPS) == evo_graph_flops(r.graph));
		evo_store_release(setup.store, setup.networks[n], stats);
		reference_clear(&r);
	}
	evo_store_destroy(setup.store);
}

static void names_and_needs(void **state)
{
	(void) state;
	assert_string_equal(evo_statistic_name(EVO_GX_P), "gx.p");
	assert_string_equal(evo_statistic_name(EVO_LOGITS_N), "logits.n");
	assert_int_equal(evo_needs_passes(EVO_NEED(EVO_X_N)), 1 << EVO_NOISE);
	assert_int_equal(evo_needs_passes(EVO_NEED(EVO_X_P)), 1 << EVO_DATA | 1 << EVO_PERTURBED);
	assert_int_equal(evo_needs_passes(EVO_NEED(EVO_W) | EVO_NEED(EVO_PARAMS)), 0);
	assert_false(evo_needs_backward(EVO_NEED(EVO_Y_D) | EVO_NEED(EVO_R_N)));
	assert_true(evo_needs_backward(EVO_NEED(EVO_GIN_N)));
	assert_true(evo_needs_backward(EVO_NEED(EVO_GX_D)));
}

/* ---- Budget ---------------------------------------------------------------------------------- */

static void results_do_not_depend_on_what_is_kept_or_asked_for(void **state)
{
	struct setup plenty = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};
	uint64_t want[NETWORKS], piece[NETWORKS];
	size_t all_bytes;

	(void) state;
	for (size_t n = 0; n < NETWORKS; n++) {
		const struct evo_stats *stats =
		        evo_store_acquire(plenty.store, plenty.networks[n], ALL_NEEDS, 0, &err);
		want[n] = digest(stats, ALL_NEEDS);
		piece[n] = digest(stats, EVO_NEED(EVO_GX_D) | EVO_NEED(EVO_GW_P));
		evo_store_release(plenty.store, plenty.networks[n], stats);
	}
	all_bytes = evo_store_report(plenty.store).bytes;
	assert_int_equal(evo_store_report(plenty.store).kept, NETWORKS);

	struct setup tight = store_with_networks(all_bytes / 2, 1);
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < NETWORKS; n++) {
			const evo_needs few = EVO_NEED(EVO_GX_D) | EVO_NEED(EVO_GW_P);
			const evo_needs needs = round == 1 ? few : ALL_NEEDS;
			const struct evo_stats *stats =
			        evo_store_acquire(tight.store, tight.networks[n], needs, 0, &err);
			assert_non_null(stats);
			assert_int_equal(needs & ~stats->has, 0);
			assert_true(digest(stats, needs) == (round == 1 ? piece[n] : want[n]));
			evo_store_release(tight.store, tight.networks[n], stats);
			assert_true(evo_store_report(tight.store).bytes <= all_bytes / 2);
		}
	}
	const struct evo_store_report report = evo_store_report(tight.store);
	assert_true(report.peak <= report.limit);
	assert_true(report.hits > 0);               /* the first ones stay */
	assert_true(report.extractions > NETWORKS); /* the last ones do not */
	evo_store_destroy(tight.store);
	evo_store_destroy(plenty.store);
}

static void what_is_kept_is_not_computed_again(void **state)
{
	struct setup setup = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};

	(void) state;
	for (int round = 0; round < 4; round++) {
		for (size_t n = 0; n < NETWORKS; n++) {
			const struct evo_stats *stats =
			        evo_store_acquire(setup.store, setup.networks[n],
			                          EVO_NEED(EVO_Y_D) | EVO_NEED(EVO_X_D), 0, &err);
			evo_store_release(setup.store, setup.networks[n], stats);
		}
	}
	assert_int_equal(evo_store_report(setup.store).extractions, NETWORKS);
	assert_int_equal(evo_store_report(setup.store).hits, 3 * NETWORKS);
	evo_store_destroy(setup.store);
}

/* Asks for one statistic, then for another; how many extractions that takes. */
static size_t extractions_of_two_rounds(struct setup *setup, uint64_t digests[NETWORKS])
{
	const evo_needs rounds[] = {EVO_NEED(EVO_GX_D), EVO_NEED(EVO_Y_N)};
	struct evo_error err = {0};

	for (size_t round = 0; round < EVO_COUNT(rounds); round++) {
		for (size_t n = 0; n < NETWORKS; n++) {
			const struct evo_stats *stats = evo_store_acquire(
			        setup->store, setup->networks[n], rounds[round], 0, &err);
			assert_non_null(stats);
			if (round == 1)
				digests[n] = digest(stats, rounds[round]);
			evo_store_release(setup->store, setup->networks[n], stats);
		}
	}
	return evo_store_report(setup->store).extractions;
}

static void what_is_expected_is_taken_along_while_it_fits(void **state)
{
	const evo_needs unit = EVO_NEED(EVO_UNIT_STATISTICS) - 1;
	struct setup plain = store_with_networks(PLENTY, 1);
	struct setup plenty = store_with_networks(PLENTY, 1);
	uint64_t want[NETWORKS], got[NETWORKS];

	(void) state;
	assert_int_equal(extractions_of_two_rounds(&plain, want), 2 * NETWORKS);
	evo_store_expect(plenty.store, unit);
	assert_int_equal(extractions_of_two_rounds(&plenty, got), NETWORKS);
	assert_memory_equal(got, want, sizeof(want));

	/* Where that is too much for all to be kept, what is asked for comes first. */
	const struct evo_store_report all = evo_store_report(plenty.store);
	const struct evo_store_report two = evo_store_report(plain.store);
	assert_true(two.bytes < all.bytes);
	struct setup tight = store_with_networks((two.bytes + all.bytes) / 2, 1);
	evo_store_expect(tight.store, unit);
	assert_true(extractions_of_two_rounds(&tight, got) > NETWORKS);
	assert_memory_equal(got, want, sizeof(want));
	const struct evo_store_report report = evo_store_report(tight.store);
	assert_int_equal(report.kept, NETWORKS);
	assert_true(report.peak <= report.limit);
	evo_store_destroy(tight.store);
	evo_store_destroy(plenty.store);
	evo_store_destroy(plain.store);
}

static void asking_for_more_while_held_leaves_the_held_alone(void **state)
{
	struct setup setup = store_with_networks(PLENTY, 2);
	const evo_needs few = EVO_NEED(EVO_Y_D);
	struct evo_error err = {0};

	(void) state;
	const struct evo_stats *first =
	        evo_store_acquire(setup.store, setup.networks[0], few, 0, &err);
	const uint64_t before = digest(first, few);
	const struct evo_stats *second =
	        evo_store_acquire(setup.store, setup.networks[0], ALL_NEEDS, 1, &err);
	assert_ptr_not_equal(first, second);
	assert_true(digest(first, few) == before);
	assert_true(digest(second, few) == before);
	evo_store_release(setup.store, setup.networks[0], first);
	assert_true(digest(second, few) == before);
	evo_store_release(setup.store, setup.networks[0], second);
	assert_int_equal(evo_store_report(setup.store).kept, 1);
	evo_store_destroy(setup.store);
}

static void a_budget_below_one_network_is_refused_with_the_need(void **state)
{
	struct setup setup = store_with_networks(INPUT_BYTES + 10000, 1);
	struct evo_error err = {0};

	(void) state;
	assert_null(evo_store_acquire(setup.store, setup.networks[0], ALL_NEEDS, 0, &err));
	assert_int_equal(err.code, EVO_E_MEMORY);
	assert_non_null(strstr(err.message, "--memory"));
	evo_error_clear(&err);
	/* Counters take no memory. */
	const evo_needs counters = EVO_NEED(EVO_PARAMS) | EVO_NEED(EVO_UNITS);
	const struct evo_stats *stats =
	        evo_store_acquire(setup.store, setup.networks[0], counters, 0, &err);
	assert_non_null(stats);
	evo_store_release(setup.store, setup.networks[0], stats);
	evo_store_destroy(setup.store);
}

/* Nothing is allocated for what cannot fit, and no size overflows. */
static void inputs_beyond_the_budget_are_refused(void **state)
{
	struct evo_error err = {0};
	struct evo_store *store = evo_store_create(INPUT_BYTES, 1, &err);
	struct evo_probe probe = small_probe();
	size_t number;

	(void) state;
	assert_true(evo_store_probe(store, &probe, NULL, NULL, &number, &err));
	assert_int_equal(evo_store_report(store).bytes, INPUT_BYTES);
	assert_true(evo_store_probe(store, &probe, NULL, NULL, &number, &err));
	assert_int_equal(evo_store_report(store).bytes, INPUT_BYTES);
	const size_t batches[] = {4, (size_t) 1 << 32, SIZE_MAX / 64, SIZE_MAX};
	for (size_t i = 0; i < EVO_COUNT(batches); i++) {
		probe.batch = batches[i];
		assert_false(evo_store_probe(store, &probe, NULL, NULL, &number, &err));
		assert_int_equal(err.code, EVO_E_MEMORY);
		assert_non_null(strstr(err.message, "--batch"));
		evo_error_clear(&err);
	}
	assert_int_equal(evo_store_report(store).peak, INPUT_BYTES);
	evo_store_destroy(store);
}

/* Where each network is asked for once nothing is kept, and what one leaves is used again. */
static void once_keeps_nothing(void **state)
{
	struct setup plenty = store_with_networks(PLENTY, 1), once = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};
	size_t largest = 0;

	(void) state;
	evo_store_once(once.store);
	for (size_t round = 0; round < 2; round++) {
		for (size_t n = 0; n < NETWORKS; n++) {
			const size_t p = plenty.networks[n], o = once.networks[n];
			const struct evo_stats *a =
			        evo_store_acquire(plenty.store, p, ALL_NEEDS, 0, &err);
			const struct evo_stats *b =
			        evo_store_acquire(once.store, o, ALL_NEEDS, 0, &err);
			assert_true(digest(a, ALL_NEEDS) == digest(b, ALL_NEEDS));
			evo_store_release(plenty.store, p, a);
			evo_store_release(once.store, o, b);
			assert_int_equal(evo_store_report(once.store).kept, 0);
		}
		if (round == 0)
			largest = evo_store_report(once.store).bytes;
	}
	assert_int_equal(evo_store_report(once.store).extractions, 2 * NETWORKS);
	assert_int_equal(evo_store_report(once.store).bytes, largest);
	evo_store_destroy(plenty.store);
	evo_store_destroy(once.store);
}

/* What one network leaves is given up where another one, or its passes, need the room. */
static void what_is_left_gives_way(void **state)
{
	const evo_needs large = EVO_NEED(EVO_UNIT_STATISTICS) - 1;
	const evo_needs other = EVO_NEED(EVO_W) | EVO_NEEDS_CLASSIC;
	struct setup plenty = store_with_networks(PLENTY, 1), alone;
	struct evo_error err = {0};
	const struct evo_stats *stats =
	        evo_store_acquire(plenty.store, plenty.networks[2], large, 0, &err);
	const size_t bytes = evo_store_report(plenty.store).bytes;

	(void) state;
	evo_store_release(plenty.store, plenty.networks[2], stats);
	evo_store_destroy(plenty.store);
	alone = store_with_networks(bytes, 1);
	assert_non_null(evo_store_acquire(alone.store, alone.networks[4], other, 0, &err));
	evo_store_destroy(alone.store);
	for (int once = 0; once < 2; once++) {
		struct setup setup = store_with_networks(bytes, 1);
		if (once)
			evo_store_once(setup.store);
		for (int i = 0; i < 4; i++) {
			stats = evo_store_acquire(setup.store, setup.networks[i % 2 ? 4 : 2],
			                          i % 2 ? other : large, 0, &err);
			assert_string_equal(err.message, "");
			assert_non_null(stats);
			evo_store_release(setup.store, setup.networks[i % 2 ? 4 : 2], stats);
		}
		assert_true(evo_store_report(setup.store).peak <= bytes);
		evo_store_destroy(setup.store);
	}
}

/* The weights of a network that was only asked for its output are memory too. */
static void weights_are_part_of_the_memory(void **state)
{
	struct setup setup = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};

	(void) state;
	const struct evo_stats *stats =
	        evo_store_acquire(setup.store, setup.networks[2], EVO_NEED(EVO_LOGITS_D), 0, &err);
	assert_non_null(stats);
	const size_t weights = (size_t) evo_stats_scalar(stats, EVO_PARAMS) * sizeof(float);
	const struct evo_probe probe = small_probe();
	struct evo_graph *graph = probe.space->build(ARCHITECTURES[2], &probe.macro, &err);
	unsigned char *keep = evo_calloc(graph->node_count, 1);
	keep[graph->output] = EVO_KEEP_VALUE;
	struct evo_session *session = evo_session_plan(graph, EVO_F32, 3, keep, false);
	assert_true(evo_store_report(setup.store).bytes >=
	            INPUT_BYTES + evo_session_work_bytes(session) + weights);
	evo_session_destroy(session);
	evo_graph_destroy(graph);
	free(keep);
	evo_store_release(setup.store, setup.networks[2], stats);
	evo_store_destroy(setup.store);
}

static void names_are_registered_once_and_checked(void **state)
{
	struct setup setup = store_with_networks(PLENTY, 1);
	struct evo_probe probe = small_probe();
	struct evo_error err = {0};
	size_t number, again;

	(void) state;
	assert_true(evo_store_probe(setup.store, &probe, NULL, NULL, &number, &err));
	assert_true(evo_store_network(setup.store, number, ARCHITECTURES[2], &again, &err));
	assert_int_equal(again, setup.networks[2]);
	probe.batch = 4;
	assert_true(evo_store_probe(setup.store, &probe, NULL, NULL, &again, &err));
	assert_int_not_equal(again, number);
	assert_false(evo_store_network(setup.store, number, "|conv~0|", &again, &err));
	assert_int_equal(err.code, EVO_E_INPUT);
	evo_error_clear(&err);
	probe.macro.side = 9;
	assert_false(evo_store_probe(setup.store, &probe, NULL, NULL, &again, &err));
	evo_store_destroy(setup.store);
}

/* ---- Threads --------------------------------------------------------------------------------- */

#define THREADS 3
struct worker {
	struct setup *setup;
	unsigned number;
	const uint64_t *want;
	size_t wrong;
};

static void *churn(void *argument)
{
	struct worker *worker = argument;
	struct evo_store *store = worker->setup->store;

	for (size_t k = 0; k < 40; k++) {
		const size_t n = (k * 3 + worker->number) % NETWORKS;
		struct evo_error err = {0};
		const evo_needs needs = k % 4 ? ALL_NEEDS : EVO_NEED(EVO_GX_D);
		const struct evo_stats *stats = evo_store_acquire(store, worker->setup->networks[n],
		                                                  needs, worker->number, &err);
		if (stats == NULL) {
			worker->wrong++;
			continue;
		}
		if (needs == ALL_NEEDS && digest(stats, ALL_NEEDS) != worker->want[n])
			worker->wrong++;
		evo_store_release(store, worker->setup->networks[n], stats);
	}
	return NULL;
}

static void churn_by_threads(size_t memory, bool once, const uint64_t *want)
{
	struct setup setup = store_with_networks(memory, THREADS);
	struct worker workers[THREADS];
	pthread_t threads[THREADS];

	if (once)
		evo_store_once(setup.store);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){&setup, i, want, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, churn, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].wrong, 0);
	}
	assert_true(evo_store_report(setup.store).peak <= evo_store_report(setup.store).limit);
	evo_store_destroy(setup.store);
}

static void threads_share_a_tight_store(void **state)
{
	struct setup plenty = store_with_networks(PLENTY, 1);
	struct evo_error err = {0};
	uint64_t want[NETWORKS];
	size_t largest = 0;

	(void) state;
	for (size_t n = 0; n < NETWORKS; n++) {
		struct setup alone = store_with_networks(PLENTY, 1);
		assert_non_null(
		        evo_store_acquire(alone.store, alone.networks[n], ALL_NEEDS, 0, &err));
		if (evo_store_report(alone.store).bytes > largest)
			largest = evo_store_report(alone.store).bytes;
		evo_store_destroy(alone.store);
		const struct evo_stats *stats =
		        evo_store_acquire(plenty.store, plenty.networks[n], ALL_NEEDS, 0, &err);
		want[n] = digest(stats, ALL_NEEDS);
		evo_store_release(plenty.store, plenty.networks[n], stats);
	}
	const size_t bytes = evo_store_report(plenty.store).bytes;
	evo_store_destroy(plenty.store);

	churn_by_threads(bytes * 3 / 4, false, want);
	churn_by_threads(bytes * 3 / 4, true, want);
	/* As much as one of the networks takes: they take turns. */
	churn_by_threads(largest, false, want);
	churn_by_threads(largest, true, want);
}

/* ---- Probes ---------------------------------------------------------------------------------- */

static void inputs_come_from_named_streams(void **state)
{
	struct evo_probe probe = small_probe();
	float *a[EVO_PASSES], *b[EVO_PASSES];
	struct evo_error err = {0};
	const size_t count = probe.batch * 3 * 64;
	double sum = 0, squares = 0;

	(void) state;
	assert_true(evo_probe_inputs(&probe, NULL, a, &err));
	assert_true(evo_probe_inputs(&probe, a[EVO_DATA], b, &err));
	for (int p = 0; p < EVO_PASSES; p++)
		assert_memory_equal(a[p], b[p], count * sizeof(float));
	for (size_t i = 0; i < count; i++) {
		const double d = a[EVO_PERTURBED][i] - a[EVO_DATA][i];
		sum += d;
		squares += d * d;
	}
	assert_true(fabs(sum / (double) count) < 0.02);
	assert_true(fabs(squares / (double) count - 0.01) < 0.002);
	for (int p = 0; p < EVO_PASSES; p++) {
		free(a[p]);
		free(b[p]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_and_needs),
	        cmocka_unit_test(inputs_come_from_named_streams),
	        cmocka_unit_test(every_statistic_is_that_of_a_full_session),
	        cmocka_unit_test(results_do_not_depend_on_what_is_kept_or_asked_for),
	        cmocka_unit_test(what_is_kept_is_not_computed_again),
	        cmocka_unit_test(what_is_expected_is_taken_along_while_it_fits),
	        cmocka_unit_test(asking_for_more_while_held_leaves_the_held_alone),
	        cmocka_unit_test(a_budget_below_one_network_is_refused_with_the_need),
	        cmocka_unit_test(inputs_beyond_the_budget_are_refused),
	        cmocka_unit_test(once_keeps_nothing),
	        cmocka_unit_test(what_is_left_gives_way),
	        cmocka_unit_test(weights_are_part_of_the_memory),
	        cmocka_unit_test(names_are_registered_once_and_checked),
	        cmocka_unit_test(threads_share_a_tight_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
