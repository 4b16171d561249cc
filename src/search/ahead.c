/*
 * What is done of a generation's trees before they are asked for, on all threads: looking for joins
 * takes long where the population is large and its scores many.
 */
#include "config.h"

#include "state.h"

static void do_one(void *context, size_t index, unsigned worker)
{
	(void) worker;
	evo_gp_prepare_one(context, index);
}

/* done: before these. False when it was interrupted. */
static bool do_all(struct evo_run *run, size_t done, size_t count)
{
	bool cancelled = false;
	struct evo_job *job = evo_pool_submit(evo_engine_pool(run->engine), EVO_PRIORITY_SEARCH,
	                                      count, do_one, run->gp);
	while (!evo_job_wait(job, EVO_WAIT_SECONDS)) {
		evo_run_heed(run, false);
		evo_run_show_progress(run, done + evo_job_done(job), done + count);
		if (!cancelled && evo_run_is_interrupted(run, false)) {
			evo_job_cancel(job);
			cancelled = true;
		}
	}
	evo_job_destroy(job);
	return !cancelled;
}

bool evo_run_work_ahead(struct evo_run *run)
{
	struct evo_snapshot *draft = &run->draft;
	size_t done, count = evo_gp_prepare(run->gp, &done);
	evo_run_catch_up(run);
	for (; count > 0; count = evo_gp_prepare(run->gp, &done)) {
		snprintf(draft->phase, sizeof(draft->phase), "joining trees, generation %zu",
		         evo_gp_generation(run->gp));
		draft->phase_done = done;
		draft->phase_total = done + count;
		if (!evo_run_go_on(run) || evo_run_is_interrupted(run, false) ||
		    !do_all(run, done, count))
			return false;
	}
	return true;
}
