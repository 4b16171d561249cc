#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"

static void let_go(const struct evo_individual *individual)
{
	evo_individual_release((struct evo_individual *) (uintptr_t) individual);
}

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
		let_go(items[i]);
	free(items);
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

static void copy_record(struct evo_body *body, const struct evo_record *record)
{
	body->history_count = record->history_count;
	body->history = evo_calloc(record->history_count, sizeof(*body->history));
	for (size_t i = 0; i < record->history_count; i++) {
		body->history[i] = record->history[i];
		evo_individual_hold(body->history[i].champion);
	}
	body->intervention_count = record->intervention_count;
	body->interventions = evo_calloc(record->intervention_count, sizeof(*body->interventions));
	for (size_t i = 0; i < record->intervention_count; i++) {
		body->interventions[i] = record->interventions[i];
		body->interventions[i].text = evo_strdup(record->interventions[i].text);
	}
}

void evo_run_renew_body(struct evo_run *run)
{
	struct evo_body *body = evo_calloc(1, sizeof(*body));
	const struct evo_individual *const *items;
	body->references = 1;
	if (run->gp != NULL) {
		body->population_count = evo_gp_population(run->gp, &items);
		body->population = held_list(items, body->population_count);
		body->front_count = evo_gp_front(run->gp, &items);
		body->front = held_list(items, body->front_count);
	}
	copy_record(body, &run->record);
	evo_body_release(run->body);
	run->body = body;
}

void evo_body_release(struct evo_body *body)
{
	if (body == NULL || __atomic_sub_fetch(&body->references, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	release_list(body->population, body->population_count);
	release_list(body->front, body->front_count);
	struct evo_record record = {body->history, body->interventions, body->history_count,
	                            body->intervention_count};
	evo_record_clear(&record);
	free(body);
}

void evo_record_clear(struct evo_record *record)
{
	for (size_t i = 0; i < record->history_count; i++)
		let_go(record->history[i].champion);
	for (size_t i = 0; i < record->intervention_count; i++)
		free((char *) (uintptr_t) record->interventions[i].text);
	free(record->history);
	free(record->interventions);
	memset(record, 0, sizeof(*record));
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

void evo_run_publish(struct evo_run *run)
{
	struct evo_snapshot_box *box = evo_calloc(1, sizeof(*box));
	struct evo_snapshot *snapshot = &box->snapshot;
	*snapshot = run->draft;
	box->references = 1;
	box->body = run->body;
	__atomic_fetch_add(&box->body->references, 1, __ATOMIC_RELAXED);
	snapshot->serial = ++run->serial;
	snapshot->population = box->body->population;
	snapshot->population_count = box->body->population_count;
	snapshot->front = box->body->front;
	snapshot->front_count = box->body->front_count;
	snapshot->history = box->body->history;
	snapshot->history_count = box->body->history_count;
	snapshot->interventions = box->body->interventions;
	snapshot->intervention_count = box->body->intervention_count;

	pthread_mutex_lock(&run->lock);
	struct evo_snapshot_box *old = run->newest;
	run->newest = box;
	evo_run_signal(run);
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
	char byte;
	pthread_mutex_lock(&run->lock);
	const struct evo_snapshot *snapshot = hold(run);
	if (run->signalled)
		run->signalled = read(run->pipe[0], &byte, 1) != 1;
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
