/*
 * A search in its thread, on small benchmarks that are made here: NAS-Bench-201 strings with
 * accuracies of our own, networks of a few channels.
 */
#ifndef RUN_FIXTURE_H
#define RUN_FIXTURE_H

#include "evoscope/archive.h"
#include "evoscope/impact.h"
#include "evoscope/import.h"
#include "evoscope/proxy.h"
#include "evoscope/score.h"
#include "evoscope/search.h"
#include "evoscope/study.h"

#define STRINGS 60 /* rows of nb201 and flat; few has 25 */

extern char folder[]; /* of the tests: benchmarks, settings and files */
extern const char *const both[2];

int set_up(
        void **state); /* benchmarks nb201, few and flat (all of one accuracy), two datasets each */
int tear_down(void **state);
struct evo_run_config small_config(void);

/* Waiting. ---- */
#define IN(state) (1U << EVO_RUN_##state)
const struct evo_snapshot *wait_until(struct evo_run *run, unsigned states, size_t generation);
void settle(struct evo_run *run, unsigned states);

struct evo_run *created(const struct evo_run_config *config);
void tell(struct evo_run *run, enum evo_command_kind kind, const char *text);
void refused(struct evo_run *run, enum evo_command_kind kind, const char *text,
             const char *message);

/* How many log lines have this part. */
size_t log_count(struct evo_run *run, const char *part);
bool logged(struct evo_run *run, const char *part);

#endif
