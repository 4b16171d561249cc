/*
 * A build from within: what is trained, how far it is, and what is made of it.
 */
#ifndef BUILD_WORK_H
#define BUILD_WORK_H

#include "evoscope/build.h"
#include "journal.h"

#include <pthread.h>

/* One build under way. What tasks change is under the mutex. */
struct build_work {
	struct evo_build build; /* with the sizes that the images have */
	const struct evo_space *space;
	char *folder;
	struct evo_image_set images; /* of a task: train and test alone */
	char **architectures;
	size_t count; /* of architectures */

	struct build_journal journal; /* trainings are kept there when it is open */
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
bool build_work_begin(struct build_work *work, const struct evo_build *build,
                      struct evo_error *err);
void build_work_clear(struct build_work *work);

/* The sample of architectures, and what an earlier build of the same settings kept. */
bool build_work_open(struct build_work *work, struct evo_error *err);

/* Makes room for the trainings of `count` architectures, none of which is done. */
void build_work_expect(struct build_work *work);

/* Trains what is not trained of the rows that are asked for. False when it did not come to the
   end: EVO_E_CANCELLED, or what went wrong. */
bool build_work_train(struct build_work *work, struct evo_pool *pool, struct evo_error *err);

/* Trainings of some rows that are done. */
size_t build_work_done(const struct build_work *work, size_t first, size_t rows);
/* Is every seed of this architecture trained? */
bool build_work_whole(const struct build_work *work, size_t row);
/* Mean over pairs of seeds of Kendall's tau between accuracies of whole rows; NaN for one seed. */
double build_work_agreement(const struct build_work *work);

/* Writes the benchmark of the rows that are whole. */
bool build_work_publish(struct build_work *work, struct evo_error *err);

#endif
