/*
 * A build under way: its images, its architectures and what of them is trained. Each is trained
 * with every seed; which training comes first, and how many run at once, changes nothing in the
 * results.
 */
#include "config.h"

#include "evoscope/bench.h"
#include "evoscope/bench_folder.h"
#include "evoscope/rank.h"
#include "configuration.h"
#include "stratified.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How often a listener is asked whether to go on. */
#define TICK 0.1
/* Networks below which an agreement says nothing. */
#define AGREEMENT_LEAST 5

/* Test images begin here, far from where any number of training images ends. */
#define FIRST_TEST_IMAGE ((size_t) 1 << 30)

/* ---- Preparing ------------------------------------------------------------------------------- */

/* The images of a task are drawn when the first training needs them. */
static bool draw_images(struct build_work *work, struct evo_error *err)
{
	const struct evo_build *build = &work->build;
	const struct evo_task_row *task = evo_task_find(build->task, err);
	struct evo_images *train = &work->images.train, *test = &work->images.test;

	return task != NULL &&
	       evo_task_images(task, build->seed, 0, build->train_images, train, err) &&
	       evo_task_images(task, build->seed, FIRST_TEST_IMAGE, build->test_images, test,
	                       err) &&
	       evo_images_shrink(train, build->macro.side, err) &&
	       evo_images_shrink(test, build->macro.side, err);
}

/* Sizes that are left to the task become its own. */
static bool take_task(struct build_work *work, struct evo_error *err)
{
	const struct evo_task_row *task = evo_task_find(work->build.task, err);
	struct evo_macro *macro = &work->build.macro;

	if (task == NULL)
		return false;
	if (macro->side == 0)
		macro->side = task->side;
	if (macro->classes == 0)
		macro->classes = task->classes;
	return build_config_check(&work->build, err);
}

static bool take_files(struct build_work *work, struct evo_error *err)
{
	struct evo_build *build = &work->build;
	struct evo_image_set *set = &work->images;

	if (!evo_image_set_load(set, &build->train_files, &build->test_files, build->macro.side,
	                        build->train_images, build->test_images, err))
		return false;
	if (build->macro.classes && build->macro.classes != set->train.classes)
		return evo_fail(err, EVO_E_INPUT, "the images have %zu classes, not %zu",
		                set->train.classes, build->macro.classes);
	build->macro.side = set->train.side;
	build->macro.classes = set->train.classes;
	build->train_images = set->train.count;
	build->test_images = set->test.count;
	return build_config_check(build, err);
}

bool build_work_begin(struct build_work *work, const struct evo_build *build, struct evo_error *err)
{
	*work = (struct build_work){.build = *build};
	work->status.accuracy = work->status.low = work->status.median = work->status.high =
	        work->status.agreement = NAN;
	pthread_mutex_init(&work->mutex, NULL);
	if (!build_config_check_sizes(build, err))
		return false;
	work->space = evo_space_at(0);
	work->folder = build->folder != NULL ? evo_strdup(build->folder)
	                                     : evo_bench_user_folder(build->name);
	return build->train_files.image_count ? take_files(work, err) : take_task(work, err);
}

void build_work_clear(struct build_work *work)
{
	build_journal_close(&work->journal);
	for (size_t i = 0; i < work->count; i++)
		free(work->architectures[i]);
	free(work->architectures);
	free(work->accuracies);
	free(work->seconds);
	evo_image_set_clear(&work->images);
	pthread_mutex_destroy(&work->mutex);
	free(work->folder);
}

void build_work_expect(struct build_work *work)
{
	size_t total = work->count * work->build.seeds;

	work->accuracies = evo_calloc(total, sizeof(double));
	work->seconds = evo_calloc(total, sizeof(double));
	for (size_t i = 0; i < total; i++)
		work->accuracies[i] = NAN;
	work->first = 0;
	work->rows = work->count;
}

/* What an earlier build of the same settings trained already. */
static void take_journal(struct build_work *work)
{
	const struct evo_build *build = &work->build;
	struct evo_index index;
	bool added;

	evo_index_init(&index);
	for (size_t i = 0; i < work->count; i++)
		evo_index_add(&index, work->architectures[i], &added);
	for (size_t i = 0; i < work->journal.count; i++) {
		const struct build_training *training = &work->journal.trainings[i];
		size_t network = evo_index_find(&index, training->architecture);
		size_t seed = training->seed - (size_t) build->how.seed;
		size_t at = network * build->seeds + seed;

		/* A seed below the first one has become a very large number. */
		if (network == work->count || seed >= build->seeds || !isnan(work->accuracies[at]))
			continue;
		work->accuracies[at] = training->accuracy;
		work->seconds[at] = training->seconds;
	}
	evo_index_clear(&index);
}

bool build_work_open(struct build_work *work, struct evo_error *err)
{
	const struct evo_build *build = &work->build;
	char *path = evo_path_join(work->folder, EVO_BENCH_JOURNAL);
	char *settings = build_config_text(build, &work->images);
	bool done = evo_make_directories(work->folder, err) &&
	            build_journal_open(&work->journal, path, settings, err);

	free(settings);
	free(path);
	if (!done)
		return false;
	work->architectures = build_stratified_sample(work->space, build->networks, build->seed,
	                                              &work->count, err);
	if (work->architectures == NULL)
		return false;
	build_work_expect(work);
	take_journal(work);
	return true;
}

/* ---- How far it is --------------------------------------------------------------------------- */

bool build_work_whole(const struct build_work *work, size_t row)
{
	for (size_t seed = 0; seed < work->build.seeds; seed++)
		if (isnan(work->accuracies[row * work->build.seeds + seed]))
			return false;
	return true;
}

size_t build_work_done(const struct build_work *work, size_t first, size_t rows)
{
	size_t done = 0, seeds = work->build.seeds;

	for (size_t i = first * seeds; i < (first + rows) * seeds; i++)
		done += isnan(work->accuracies[i]) ? 0 : 1;
	return done;
}

double build_work_agreement(const struct build_work *work)
{
	size_t seeds = work->build.seeds, pairs = 0, whole = 0;
	double *columns = evo_calloc(seeds * work->count + 1, sizeof(double)), sum = 0;

	for (size_t i = 0; i < work->count; i++) {
		if (!build_work_whole(work, i))
			continue;
		for (size_t seed = 0; seed < seeds; seed++)
			columns[seed * work->count + whole] = work->accuracies[i * seeds + seed];
		whole++;
	}
	for (size_t a = 0; a < seeds; a++)
		for (size_t b = a + 1; b < seeds; b++, pairs++)
			sum += evo_kendall(whole, columns + a * work->count,
			                   columns + b * work->count);
	free(columns);
	return pairs ? sum / (double) pairs : NAN;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *) left, b = *(const double *) right;

	return (a > b) - (a < b);
}

/* Everything in the status that follows from the accuracies. */
static void measure(struct build_work *work)
{
	struct evo_build_status *status = &work->status;
	size_t total = work->count * work->build.seeds, count = 0;
	double *values = evo_calloc(total, sizeof(double));

	for (size_t i = 0; i < total; i++)
		if (!isnan(work->accuracies[i]))
			values[count++] = work->accuracies[i];
	qsort(values, count, sizeof(*values), by_value);
	if (count > 0) {
		status->low = values[0];
		status->median = (values[(count - 1) / 2] + values[count / 2]) / 2;
		status->high = values[count - 1];
	}
	free(values);
	status->networks = 0;
	for (size_t i = 0; i < work->count; i++)
		status->networks += build_work_whole(work, i);
	if (status->networks >= AGREEMENT_LEAST)
		status->agreement = build_work_agreement(work);
}

/* Tells the listener; under the mutex. */
static void tell(struct build_work *work, bool fresh)
{
	work->status.fresh = fresh;
	work->status.seconds = evo_now() - work->began;
	if (work->progress && !work->stop && !work->progress(work->context, &work->status))
		work->stop = true;
}

/* ---- Training -------------------------------------------------------------------------------- */

static bool train(struct build_work *work, const char *architecture, size_t seed,
                  struct evo_trained *trained, struct evo_error *err)
{
	struct evo_training how = work->build.how;
	struct evo_graph *graph = work->space->build(architecture, &work->build.macro, err);
	bool done;

	if (graph == NULL)
		return false;
	how.seed += seed;
	done = evo_train(graph, architecture, &work->images.train, &work->images.test, &how,
	                 &work->stop, trained, err);
	evo_graph_destroy(graph);
	return done;
}

/* Keeps a finished training, and tells of it; under the mutex. */
static void keep(struct build_work *work, size_t index, const struct evo_trained *trained)
{
	const struct evo_build *build = &work->build;
	char *architecture = work->architectures[index / build->seeds];
	struct build_training line = {.architecture = architecture,
	                              .seed = (size_t) build->how.seed + index % build->seeds,
	                              .accuracy = trained->test_accuracy,
	                              .seconds = trained->seconds};

	if (work->journal.file != NULL &&
	    !build_journal_append(&work->journal, &line, &work->failure)) {
		work->stop = true;
		return;
	}
	work->accuracies[index] = trained->test_accuracy;
	work->seconds[index] = trained->seconds;
	work->status.done++;
	work->status.architecture = architecture;
	work->status.accuracy = trained->test_accuracy;
	measure(work);
	tell(work, true);
}

static void train_one(void *context, size_t offset, unsigned worker)
{
	struct build_work *work = context;
	size_t seeds = work->build.seeds, index = work->first * seeds + offset;
	const char *architecture = work->architectures[index / seeds];
	struct evo_trained trained;
	struct evo_error why = {0};
	bool done;

	(void) worker;
	if (work->stop || !isnan(work->accuracies[index]))
		return;
	done = train(work, architecture, index % seeds, &trained, &why);
	pthread_mutex_lock(&work->mutex);
	if (done) {
		keep(work, index, &trained);
	} else {
		if (why.code != EVO_E_CANCELLED)
			evo_fail(&work->failure, why.code, "%s: %s", architecture, why.message);
		work->stop = true;
	}
	pthread_mutex_unlock(&work->mutex);
}

/* A listener may stop it between two trainings, too. */
static void run(struct build_work *work, struct evo_pool *pool)
{
	struct evo_job *job = evo_pool_submit(pool, EVO_PRIORITY_SEARCH,
	                                      work->rows * work->build.seeds, train_one, work);

	do {
		pthread_mutex_lock(&work->mutex);
		tell(work, false);
		pthread_mutex_unlock(&work->mutex);
	} while (!evo_job_wait(job, TICK));
	evo_job_destroy(job);
}

bool build_work_train(struct build_work *work, struct evo_pool *pool, struct evo_error *err)
{
	struct evo_build_status *status = &work->status;

	status->total = work->rows * work->build.seeds;
	status->done = status->kept = build_work_done(work, work->first, work->rows);
	work->began = evo_now();
	status->note = *work->images.note ? work->images.note : NULL;
	measure(work);
	if (status->done < status->total) {
		if (work->images.train.pixels == NULL && !draw_images(work, err))
			return false;
		run(work, pool);
	}
	if (work->failure.code != EVO_OK) {
		if (err != NULL && err->code == EVO_OK)
			*err = work->failure;
		return false;
	}
	if (status->done == status->total)
		return true;
	if (work->journal.file == NULL)
		return evo_fail(err, EVO_E_CANCELLED, "stopped after %zu of %zu trainings",
		                status->done, status->total);
	return evo_fail(err, EVO_E_CANCELLED,
	                "stopped; %zu of %zu trainings are kept, and building again goes on from "
	                "there",
	                status->done, status->total);
}
