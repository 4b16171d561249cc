/*
 * The cells of NAS-Bench-201 (Dong and Yang, "NAS-Bench-201: extending the scope of reproducible
 * neural architecture search", ICLR 2020): four nodes, an operation on each of six edges.
 */
#ifndef EVO_SPACE_NB201_H
#define EVO_SPACE_NB201_H

#include "evoscope/graph.h"
#include "evoscope/space.h"

enum evo_nb201_op {
	EVO_NB201_NONE,
	EVO_NB201_SKIP,
	EVO_NB201_CONV_1X1,
	EVO_NB201_CONV_3X3,
	EVO_NB201_AVGPOOL,
};
#define EVO_NB201_OPS   5
#define EVO_NB201_EDGES 6

/* Operations of the edges e10, e20, e21, e30, e31, e32, as the text has them. */
struct evo_nb201_cell {
	enum evo_nb201_op edge[EVO_NB201_EDGES];
};

extern const char *const evo_nb201_op_names[EVO_NB201_OPS];

/* The edge from node `from` to node `to`; 0 <= from < to <= 3. */
size_t evo_nb201_edge(size_t from, size_t to);

bool evo_nb201_parse(const char *text, struct evo_nb201_cell *cell, struct evo_error *err);
char *evo_nb201_text(const struct evo_nb201_cell *cell); /* caller frees */

/* The row of the table of spaces calls these. */
bool evo_nb201_check(const char *text, struct evo_error *err);
bool evo_nb201_check_macro(const struct evo_macro *macro, struct evo_error *err);
struct evo_graph *evo_nb201_build(const char *text, const struct evo_macro *macro,
                                  struct evo_error *err);
char *evo_nb201_function(const char *text, struct evo_error *err);
char *evo_nb201_at(size_t index);

#endif
