/* Inside gp: from scores to fitness, and when two individuals say the same. */
#ifndef EVO_GP_FITNESS_H
#define EVO_GP_FITNESS_H

#include "evoscope/gp.h"

struct evo_fitness_group {
	size_t train, validation;
	size_t offset;    /* of its scores among an individual's */
	size_t draw_size; /* networks in a draw; at most train */
	size_t *draws;    /* draw_count times draw_size indices of train networks */
};
struct evo_fitness {
	size_t group_count, case_count, draw_count;
	struct evo_fitness_group *groups;
	struct evo_case *cases; /* accuracies owned */
	size_t total;           /* scores of an individual */
	size_t largest;         /* networks of the largest group */
	bool mean;
};

bool evo_fitness_init(struct evo_fitness *fitness, const struct evo_gp_config *config,
                      const struct evo_group *groups, size_t group_count,
                      const struct evo_case *cases, size_t case_count, uint64_t seed,
                      struct evo_error *err);
void evo_fitness_clear(struct evo_fitness *fitness);

/* Fills direction, fitness, tau and non_finite from one row of scores a group. */
void evo_fitness_judge(const struct evo_fitness *fitness, const double *const *scores,
                       struct evo_individual *out);

/* False when the train scores of some group have no finite value or are all the same: nothing is
   ordered by them. */
bool evo_fitness_orders(const struct evo_fitness *fitness, const double *const *scores);

/* Equal for two rows of scores that order every group's train networks the same way, or all of
   them the opposite way. */
uint64_t evo_fitness_signature(const struct evo_fitness *fitness, const double *const *scores);

/* The same question without the chance of a collision. */
bool evo_fitness_same_order(const struct evo_fitness *fitness, const double *a, const double *b);

#endif
