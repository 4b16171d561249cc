/* Cross-entropy of a batch of logits. */
#include "config.h"

#include "evoscope/loss.h"

#include <math.h>

static double number(enum evo_precision precision, const void *values, size_t at)
{
	return precision == EVO_F64 ? ((const double *) values)[at]
	                            : (double) ((const float *) values)[at];
}

static void store(enum evo_precision precision, void *values, size_t at, double value)
{
	if (precision == EVO_F64)
		((double *) values)[at] = value;
	else
		((float *) values)[at] = (float) value;
}

double evo_cross_entropy(enum evo_precision precision, const void *logits,
                         const unsigned short *labels, size_t batch, size_t classes, void *gradient,
                         size_t *correct)
{
	double loss = 0;
	size_t right = 0;
	for (size_t n = 0; n < batch; n++) {
		size_t row = n * classes, best = 0;
		double total = 0;
		for (size_t k = 1; k < classes; k++)
			if (number(precision, logits, row + k) >
			    number(precision, logits, row + best))
				best = k;
		double largest = number(precision, logits, row + best);
		for (size_t k = 0; k < classes; k++)
			total += exp(number(precision, logits, row + k) - largest);
		loss += log(total) + largest - number(precision, logits, row + labels[n]);
		right += best == labels[n];
		for (size_t k = 0; k < classes && gradient != NULL; k++) {
			double share = exp(number(precision, logits, row + k) - largest) / total;
			store(precision, gradient, row + k,
			      (share - (k == labels[n] ? 1 : 0)) / (double) batch);
		}
	}
	if (correct != NULL)
		*correct = right;
	return loss / (double) batch;
}
