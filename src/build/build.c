/*
 * Building a benchmark: what is not trained yet is trained, and the whole becomes a benchmark; or a
 * benchmark is made of what is trained so far.
 */
#include "config.h"

#include "configuration.h"
#include "work.h"

#include <stdlib.h>

bool evo_benchmark_build(const struct evo_build *build, struct evo_pool *pool,
                         evo_build_progress progress, void *context, struct evo_error *err)
{
	struct build_work work;
	enum build_found built = BUILD_NONE;
	bool done = build_work_begin(&work, build, err) &&
	            build_find(&work.build, &work.images, work.folder, &built, err);

	work.progress = progress;
	work.context = context;
	if (done && built != BUILD_COMPLETE)
		done = build_work_open(&work, err) && build_work_train(&work, pool, err) &&
		       build_work_publish(&work, err);
	build_work_clear(&work);
	return done;
}

/* Without one there is nothing to publish, and opening it would make it. */
static bool has_journal(const struct build_work *work, struct evo_error *err)
{
	char *path = evo_path_join(work->folder, EVO_BENCH_JOURNAL);
	bool there = evo_path_exists(path);

	if (!there)
		evo_fail_at(err, EVO_E_NOT_FOUND, work->folder, 0, 0,
		            "nothing is trained for this benchmark yet");
	free(path);
	return there;
}

bool evo_benchmark_publish(const struct evo_build *build, size_t *networks, struct evo_error *err)
{
	struct build_work work;
	enum build_found built = BUILD_NONE;
	bool done = build_work_begin(&work, build, err) &&
	            build_find(&work.build, &work.images, work.folder, &built, err);

	*networks = build->networks;
	if (done && built != BUILD_COMPLETE) {
		done = has_journal(&work, err) && build_work_open(&work, err) &&
		       build_work_publish(&work, err);
		*networks = work.status.networks;
	}
	build_work_clear(&work);
	return done;
}
