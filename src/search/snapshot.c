/*
 * Snapshots of a search. What changes once a generation is a body, which all snapshots until the
 * next generation share; both are counted, and freed when nobody holds them any more.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

static const struct evo_individual **held_list(const struct evo_individual *const *items,
                                               size_t count)
{
	const struct evo_individual **copy = evo_calloc(count, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = evo_individual_hold(items[i]);
	return copy;
}

static void release_list(const struct evo_individual **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		evo_individual_release(items[i]);
	free(items);
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

static struct evo_record copy_record(const struct evo_record *record)
{
	struct evo_record copy = *record;
	copy.history = evo_calloc(record->history_count, sizeof(*copy.history));
	for (size_t i = 0; i < record->history_count; i++) {
		copy.history[i] = record->history[i];
		evo_individual_hold(copy.history[i].champion);
	}
	copy.interventions = evo_calloc(record->intervention_count, sizeof(*copy.interventions));
	for (size_t i = 0; i < record->intervention_count; i++) {
		copy.interventions[i] = record->interventions[i];
		copy.interventions[i].text = evo_strdup(record->interventions[i].text);
	}
	return copy;
}

static struct evo_record record_of(const struct evo_body *body)
{
	return (struct evo_record){body->history, body->interventions, body->history_count,
	                           body->intervention_count};
}

void evo_record_copy(struct evo_record *record, const struct evo_body *body)
{
	struct evo_record had = record_of(body);
	*record = copy_record(&had);
}

struct evo_body *evo_body_create(void)
{
	struct evo_body *body = evo_calloc(1, sizeof(*body));
	body->references = 1;
	return body;
}

struct evo_body *evo_body_hold(struct evo_body *body)
{
	__atomic_fetch_add(&body->references, 1, __ATOMIC_RELAXED);
	return body;
}

void evo_run_renew_body(struct evo_run *run)
{
	struct evo_body *body = evo_body_create(), *old = run->body;
	const struct evo_individual *const *items;
	struct evo_record record = copy_record(&run->record);
	if (run->gp == NULL && old != NULL) {
		body->population_count = old->population_count;
		body->population = held_list(old->population, old->population_count);
		body->front_count = old->front_count;
		body->front = held_list(old->front, old->front_count);
	} else if (run->gp != NULL) {
		body->population_count = evo_gp_population(run->gp, &items);
		body->population = held_list(items, body->population_count);
		body->front_count = evo_gp_front(run->gp, &items);
		body->front = held_list(items, body->front_count);
	}
	body->history = record.history;
	body->history_count = record.history_count;
	body->interventions = record.interventions;
	body->intervention_count = record.intervention_count;
	evo_body_release(old);
	run->body = body;
}

void evo_body_release(struct evo_body *body)
{
	if (body == NULL || __atomic_sub_fetch(&body->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	release_list(body->population, body->population_count);
	release_list(body->front, body->front_count);
	struct evo_record record = record_of(body);
	evo_record_clear(&record);
	free(body);
}

void evo_record_clear(struct evo_record *record)
{
	for (size_t i = 0; i < record->history_count; i++)
		evo_individual_release(record->history[i].champion);
	for (size_t i = 0; i < record->intervention_count; i++)
		free((char *) (uintptr_t) record->interventions[i].text);
	free(record->history);
	free(record->interventions);
	memset(record, 0, sizeof(*record));
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

static struct evo_snapshot_box *create_box(const struct evo_snapshot *draft, struct evo_body *body)
{
	struct evo_snapshot_box *box = evo_calloc(1, sizeof(*box));
	struct evo_snapshot *snapshot = &box->snapshot;
	*snapshot = *draft;
	box->references = 1;
	box->body = evo_body_hold(body);
	snapshot->population = box->body->population;
	snapshot->population_count = box->body->population_count;
	snapshot->front = box->body->front;
	snapshot->front_count = box->body->front_count;
	snapshot->history = box->body->history;
	snapshot->history_count = box->body->history_count;
	snapshot->interventions = box->body->interventions;
	snapshot->intervention_count = box->body->intervention_count;
	return box;
}

const struct evo_snapshot *evo_snapshot_create(const struct evo_snapshot *draft,
                                               struct evo_body *body)
{
	return &create_box(draft, body)->snapshot;
}

/* Seconds to the end by what the last generations took, or to the time limit if that comes before.
   It is not kept but counted anew for every snapshot: limits may change at any time. */
static double estimate_rest(const struct evo_run *run)
{
	const struct evo_snapshot *draft = &run->draft;
	size_t count = run->body->history_count, recent = count < 5 ? count : 5;
	double seconds = 0, elapsed = evo_run_elapsed(run);
	for (size_t i = count - recent; i < count; i++)
		seconds += run->body->history[i].seconds;
	double each = recent > 0 ? seconds / (double) recent : (double) NAN, rest = 0;
	if (draft->generations > draft->generation) {
		rest = each * (double) (draft->generations - draft->generation);
		if (!isnan(run->generation_begin))
			rest -= fmin(each, elapsed - run->generation_begin);
	}
	if (run->config.seconds > 0 && !run->config.watch &&
	    !(rest < run->config.seconds - elapsed))
		rest = fmax(0, run->config.seconds - elapsed);
	return rest;
}

void evo_run_publish(struct evo_run *run)
{
	run->draft.remaining = estimate_rest(run);
	struct evo_snapshot_box *box = create_box(&run->draft, run->body);
	box->snapshot.serial = ++run->serial;
	pthread_mutex_lock(&run->lock);
	struct evo_snapshot_box *old = run->newest;
	run->newest = box;
	evo_news_tell(&run->news);
	pthread_mutex_unlock(&run->lock);
	if (old != NULL)
		evo_snapshot_release(&old->snapshot);
	run->published = evo_now();
}

/* The lock is held. */
static const struct evo_snapshot *hold(struct evo_run *run)
{
	__atomic_fetch_add(&run->newest->references, 1, __ATOMIC_RELAXED);
	return &run->newest->snapshot;
}

const struct evo_snapshot *evo_run_hold_newest(struct evo_run *run)
{
	pthread_mutex_lock(&run->lock);
	const struct evo_snapshot *snapshot = hold(run);
	pthread_mutex_unlock(&run->lock);
	return snapshot;
}

const struct evo_snapshot *evo_run_snapshot(struct evo_run *run)
{
	pthread_mutex_lock(&run->lock);
	const struct evo_snapshot *snapshot = hold(run);
	evo_news_take(&run->news);
	pthread_mutex_unlock(&run->lock);
	return snapshot;
}

void evo_snapshot_release(const struct evo_snapshot *snapshot)
{
	struct evo_snapshot_box *box = (struct evo_snapshot_box *) (uintptr_t) snapshot;
	if (box == NULL || __atomic_sub_fetch(&box->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	evo_body_release(box->body);
	free(box);
}

double evo_snapshot_validation(const struct evo_snapshot *snapshot,
                               const struct evo_individual *individual)
{
	double sum = 0, least = 2;
	for (size_t c = 0; c < snapshot->case_count; c++) {
		double tau = individual->direction * individual->tau[EVO_SIDE_VALIDATION][c];
		sum += tau;
		least = tau < least ? tau : least;
		if (isnan(tau))
			return (double) NAN;
	}
	return snapshot->config.fitness_mean ? sum / (double) snapshot->case_count : least;
}

size_t evo_snapshot_pick(const struct evo_snapshot *snapshot)
{
	double train = 0, validation = 0, best = (double) -INFINITY;
	size_t pick = SIZE_MAX;

	for (size_t c = 0; c < snapshot->case_count; c++) {
		train += (double) snapshot->cases[c].train;
		validation += (double) snapshot->cases[c].validation;
	}
	for (size_t i = 0; i < snapshot->front_count; i++) {
		const struct evo_individual *one = snapshot->front[i];
		const double both =
		        train * one->fitness + validation * evo_snapshot_validation(snapshot, one);
		if (both > best) {
			best = both;
			pick = i;
		}
	}
	return pick;
}
