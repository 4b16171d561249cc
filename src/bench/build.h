/*
 * A build from within: what is trained, how far it is, and what is made of it.
 */
#ifndef BENCH_BUILD_H
#define BENCH_BUILD_H

#include "evoscope/bench.h"
#include "image_files.h"
#include "journal.h"

#include <pthread.h>

/* One build under way. What tasks change is under the mutex. */
struct bench_work {
	struct evo_build build; /* with the sizes that the images have */
	const struct evo_space *space;
	char *folder;
	struct bench_image_set images; /* of a task: train and test alone */
	char **architectures;
	size_t count; /* of architectures */

	struct bench_journal journal; /* trainings are kept there when it is open */
	size_t first, rows;           /* those to be trained */
	evo_build_progress progress;
	void *context;
	pthread_mutex_t mutex;
	volatile bool stop;
	struct evo_error failure;
	struct evo_build_status status;
	double began;
	double *accuracies, *seconds; /* count x seeds; NaN until trained */
};

/* How a build begins: with the images, the space and the folder; nothing is written. Clear it in
   any case. */
bool bench_work_begin(struct bench_work *work, const struct evo_build *build,
                      struct evo_error *err);
void bench_work_clear(struct bench_work *work);

/* The lineup, and what an earlier build of the same settings kept. */
bool bench_work_open(struct bench_work *work, struct evo_error *err);

/* Makes room for the trainings of `count` architectures, none of which is done. */
void bench_work_expect(struct bench_work *work);

/* Trains what is not trained of the rows that are asked for. False when it did not come to the
   end: EVO_E_CANCELLED, or what went wrong. */
bool bench_work_train(struct bench_work *work, struct evo_pool *pool, struct evo_error *err);

/* Trainings of some rows that are done. */
size_t bench_work_done(const struct bench_work *work, size_t first, size_t rows);
/* Is every seed of this architecture trained? */
bool bench_work_whole(const struct bench_work *work, size_t row);
/* Mean over pairs of seeds of Kendall's tau between accuracies of whole rows; NaN for one seed. */
double bench_work_agreement(const struct bench_work *work);

/* Writes the benchmark of the rows that are whole. */
bool bench_work_publish(struct bench_work *work, struct evo_error *err);

#endif
