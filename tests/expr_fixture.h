/*
 * A network of a few numbers, to evaluate expressions on.
 */
#ifndef EVO_TESTS_EXPR_FIXTURE_H
#define EVO_TESTS_EXPR_FIXTURE_H

#include "evoscope/expr.h"
#include "plain_evaluator.h"

#define NAN_ ((double) NAN)
#define INF  ((double) INFINITY)

#define UNITS 4

extern struct evo_unit_stats units[UNITS];
extern struct evo_stats stats; /* of these units */
extern struct plain_evaluator *evaluator;

int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* No units, no tensors; has says that every statistic is there, so a test sets those it names. */
void clear(void);
/* Floats that live until clear. */
const float *tensor(size_t count, const double *values);
void set_dims(size_t *dims, size_t a, size_t b, size_t c, size_t d);

/* Of an expression on the network. */
double score(const char *text);
/* Equal in being finite, NaN or an infinity, and within tolerance (absolute below 1). */
bool agrees(double value, double expected, double tolerance);
void assert_score(const char *text, double expected);

#endif
