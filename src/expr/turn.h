/* Numbers of four rows side by side, in double. */
#ifndef EVOSCOPE_EXPR_TURN_H
#define EVOSCOPE_EXPR_TURN_H

#include <stddef.h>

/* No wider than the processor's own vectors, or they would go through memory. */
#define EVO_FOUR 4
typedef double evo_four __attribute__((vector_size(32), may_alias));
typedef float evo_four_singles __attribute__((vector_size(16), aligned(4), may_alias));

#define EVO_TURN(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/* Four numbers of each of four rows, `step` from one to the next: out[i * apart] has number i. */
static inline void evo_turn(const float *from, size_t step, evo_four *out, size_t apart)
{
	const evo_four_singles a = *(const evo_four_singles *) from;
	const evo_four_singles b = *(const evo_four_singles *) (from + step);
	const evo_four_singles c = *(const evo_four_singles *) (from + 2 * step);
	const evo_four_singles d = *(const evo_four_singles *) (from + 3 * step);
	const evo_four_singles ab = EVO_TURN(a, b, 0, 4, 1, 5),
	                       ab_high = EVO_TURN(a, b, 2, 6, 3, 7);
	const evo_four_singles cd = EVO_TURN(c, d, 0, 4, 1, 5),
	                       cd_high = EVO_TURN(c, d, 2, 6, 3, 7);

	out[0] = __builtin_convertvector(EVO_TURN(ab, cd, 0, 1, 4, 5), evo_four);
	out[apart] = __builtin_convertvector(EVO_TURN(ab, cd, 2, 3, 6, 7), evo_four);
	out[2 * apart] = __builtin_convertvector(EVO_TURN(ab_high, cd_high, 0, 1, 4, 5), evo_four);
	out[3 * apart] = __builtin_convertvector(EVO_TURN(ab_high, cd_high, 2, 3, 6, 7), evo_four);
}

#endif
