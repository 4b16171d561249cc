/*
 * space: search spaces. From an architecture's text to its graph, and to the function it is.
 *
 * One file and one row a space; everything else in the program goes through the row.
 */
#ifndef EVOSCOPE_SPACE_H
#define EVOSCOPE_SPACE_H

#include "evoscope/base.h"

struct evo_graph;

/* The largest sizes there can be: beyond them a network fits no machine, and labels not their 16
   bits. Options, manifests and spaces all go by these. */
#define EVO_CHANNELS_MAX 4096
#define EVO_CELLS_MAX    100
#define EVO_SIDE_MAX     1024
#define EVO_CLASSES_MAX  65535
#define EVO_BATCH_MAX    65536

/* The size at which an architecture is built. */
struct evo_macro {
	size_t channels; /* C: width of the first stage */
	size_t cells;    /* N: cells a stage */
	size_t side;     /* images are 3 x side x side */
	size_t classes;
};

struct evo_space {
	const char *name;          /* "nb201" */
	const char *title;         /* "NAS-Bench-201 (Dong and Yang, ICLR 2020)" */
	const char *architectures; /* what a benchmark of it is made of: "NAS-Bench-201 cells" */
	struct evo_macro paper;    /* the size its accuracies were trained at */
	size_t count;              /* architectures in it; 0 when it is not enumerated */

	/* Is this text an architecture of the space? The error has the column, what was found and
	   what was expected. */
	bool (*check)(const char *text, struct evo_error *err);

	/* Is this a size that the space can be built at? The error says what is wrong with it. */
	bool (*check_macro)(const struct evo_macro *macro, struct evo_error *err);

	/* The graph; NULL with err set when check or check_macro refuse. Caller destroys. */
	struct evo_graph *(*build)(const char *text, const struct evo_macro *macro,
	                           struct evo_error *err);

	/*
	 * The canonical text of the function that the architecture computes: equal for two
	 * architectures exactly when they are the same function of input and weights by the rules
	 * of the space (dead paths dropped, sums ordered, a convolution that is used twice told
	 * from two convolutions). Caller frees; NULL with err set when check refuses.
	 */
	char *(*function)(const char *text, struct evo_error *err);

	/*
	 * What a sample takes equal shares of: the stratum of an architecture, below `strata`. Of a
	 * cell, how many convolutions its output depends on. The text is one that check accepts.
	 */
	size_t strata;
	size_t (*stratum)(const char *text);

	/* The index-th architecture of an enumerated space; caller frees. */
	char *(*at)(size_t index);
};

const struct evo_space *evo_space_find(const char *name, struct evo_error *err);
size_t evo_space_total(void);
const struct evo_space *evo_space_at(size_t index); /* 0: the default, of which builds are */

#endif
