/*
 * epe_nas: the images' gradients of the sum of the logits at the input, correlated within each
 * class c of the batch, e(c) = sum of log(|correlation| + 1e-5). Up to 100 classes it is the sum of
 * |e|; above, e over the class's images, then the classes' mean of the summed |differences| to
 * every class. NaN when a gradient is constant.
 *
 * Lopes, Alirezazadeh and Alexandre, "EPE-NAS: Efficient Performance Estimation Without Training
 * for Neural Architecture Search", ICANN 2021.
 */
#include "config.h"
#include "classic.h"

#include <math.h>

#define K       1e-5
#define CLASSES 100 /* up to which sums are added, above which they are compared */

/* Of the class of image i: sum of log(|correlation| + K), and how many images it has. */
static double class_sum(const double *correlation, const unsigned short *labels, size_t batch,
                        size_t image, size_t *members)
{
	double sum = 0;

	*members = 0;
	for (size_t i = 0; i < batch; i++) {
		if (labels[i] != labels[image])
			continue;
		(*members)++;
		for (size_t j = 0; j < batch; j++) {
			if (labels[j] == labels[image])
				sum += log(fabs(correlation[i * batch + j]) + K);
		}
	}
	return sum;
}

static bool is_first_of_class(const unsigned short *labels, size_t image)
{
	for (size_t i = 0; i < image; i++) {
		if (labels[i] == labels[image])
			return false;
	}
	return true;
}

static size_t plan(const struct evo_classic *classic)
{
	return classic->batch * sizeof(double);
}

static double run(const struct evo_classic *classic, char *work)
{
	const double *correlation = classic->correlations;
	const unsigned short *labels = classic->network.labels;
	double *sums = (double *) (void *) work, total = 0;
	size_t count = 0, members;

	if (correlation == NULL)
		return (double) NAN;
	for (size_t i = 0; i < classic->batch; i++) {
		if (!is_first_of_class(labels, i))
			continue;
		const double sum = class_sum(correlation, labels, classic->batch, i, &members);
		total += fabs(sum);
		sums[count++] = sum / (double) members;
	}
	if (classic_classes(classic->graph) <= CLASSES)
		return total;
	total = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			total += fabs(sums[i] - sums[j]);
	}
	return total / (double) count;
}

const struct classic_row evo_classic_epe_nas = {
        .help = "correlations of input gradients within each class",
        .source = "Lopes et al., EPE-NAS, ICANN 2021",
        .reads = CLASSIC_CORRELATIONS,
        .plan = plan,
        .run = run,
};
