/*
 * expr: expressions over statistics. Trees, their text, their types, their values.
 *
 * The language is the genetic-programming representation of EZNAS (Akhauri et al., NeurIPS 2022),
 * typed and extended. A value has a level (one a unit, or one a network) and a shape (rank 4, 2 or
 * 0). A primitive stays on its arguments' level; an aggregate goes from unit to network. The root
 * is at network level: a unit-level root t means layer_mean(t). A network's score is the root's
 * mean. Rank-4 values are single precision, accumulated in double; the others are double.
 */
#ifndef EVOSCOPE_EXPR_H
#define EVOSCOPE_EXPR_H

#include "evoscope/stats.h"

/* ---- Primitives ------------------------------------------------------------------------------ */

enum evo_kind {
	EVO_NUMBER,           /* a constant; fits both levels */
	EVO_UNIT_TERMINAL,    /* a statistic of a unit */
	EVO_NETWORK_TERMINAL, /* a statistic of the network */
	EVO_PRIMITIVE,        /* stays on its arguments' level */
	EVO_AGGREGATE,        /* unit level in, network level out */
};
enum evo_level {
	EVO_LEVEL_ANY,
	EVO_LEVEL_UNIT,
	EVO_LEVEL_NETWORK
}; /* ANY: numbers only */

/*
 * One row of the table that parser, printer, help, menus and grammar are made from. A code is a
 * place in the table, and changes when a row is added. What is stored, and what orders parts of
 * expressions, goes by ids: a row keeps its own for ever, and a new one takes the next number after
 * the newest, be it a primitive, a statistic or a classic proxy.
 */
struct evo_primitive {
	const char *name;
	uint16_t id;
	enum evo_kind kind;
	unsigned char arity; /* 0, 1 or 2 */
	bool commutative;
	bool paper;       /* among the primitives and terminals of EZNAS */
	const char *help; /* one line: what it computes */
};
/* Codes: 0 is the number; then every statistic, primitive and aggregate. */
size_t evo_primitive_count(void);
const struct evo_primitive *evo_primitive(unsigned code);
/* The greatest id of all. A search that is taken up again draws from the rows that it knew. */
unsigned evo_primitive_newest_id(void);
/* In words: "takes a tensor, gives one of the same shape". One line without a full stop. */
const char *evo_primitive_shapes(unsigned code);
/* False when there is none of that name. Of a primitive and a terminal of the same name (`jacov` of
   a tensor's rows, and of the network) it is the primitive. */
bool evo_primitive_find(const char *name, unsigned *code);
/* The same among terminals only. */
bool evo_terminal_find(const char *name, unsigned *code);

/* out[i] = an elementwise primitive of a[i] and, with two arguments, b[i]: what it is for scalars.
   out may be an argument. */
void evo_primitive_numbers(unsigned code, const double *a, const double *b, double *out,
                           size_t count);

/* ---- Trees ----------------------------------------------------------------------------------- */

/*
 * A tree is a value: nodes in prefix order, each with the number of nodes of its subtree, so that
 * a subtree is a range. Copy it with memcpy or evo_tree_copy (which copies what is used).
 */
#define EVO_TREE_MAX 256
struct evo_tree_node {
	uint16_t code; /* of the table; 0 is the number */
	uint16_t span; /* nodes of the subtree, itself included */
	double number; /* 0 unless code is 0 */
};
struct evo_tree {
	size_t size; /* nodes: terminals, numbers and aggregates count */
	struct evo_tree_node nodes[EVO_TREE_MAX];
};
void evo_tree_copy(struct evo_tree *to, const struct evo_tree *from);
bool evo_tree_equal(const struct evo_tree *a, const struct evo_tree *b);
size_t evo_tree_depth(const struct evo_tree *tree); /* edges from the root to the deepest leaf */
/* Index of argument `which` of node `at`. */
size_t evo_tree_argument(const struct evo_tree *tree, size_t at, size_t which);
/* Index of the parent of node `at`; EVO_TREE_MAX for the root. */
size_t evo_tree_parent(const struct evo_tree *tree, size_t at);
/* The level of the subtree at `at`. */
enum evo_level evo_tree_level(const struct evo_tree *tree, size_t at);
/* The level that the place of node `at` demands: ANY where both would do (then a replacement may
   be of either level as long as evo_tree_check says yes). */
enum evo_level evo_tree_place(const struct evo_tree *tree, size_t at);

/* Is the tree's value one number on every network? False where it is a tensor, or may be one. */
bool evo_tree_is_scalar(const struct evo_tree *tree);

/* Do arities, spans and levels fit? The message names the node and what is wrong. */
bool evo_tree_check(const struct evo_tree *tree, struct evo_error *err);

/* out = tree with the subtree at `at` replaced by the subtree at `from` of `donor`. out must not be
   an argument. False when it would have more than EVO_TREE_MAX nodes; levels are not checked. */
bool evo_tree_replace(const struct evo_tree *tree, size_t at, const struct evo_tree *donor,
                      size_t from, struct evo_tree *out);

/* The subtree at `at` as a tree of its own. */
void evo_tree_subtree(const struct evo_tree *tree, size_t at, struct evo_tree *out);

/*
 * Text: name(arg, arg), terminals and numbers bare; a name that is both is the one or the other by
 * the '(' after it. A syntax error has the column, what was found
 * and what was expected, and for an unknown name the nearest known one; so has an error of levels
 * (EVO_E_INPUT). After an error the tree is no tree. print appends; parse of print is the same
 * tree. `names`, when given, is asked about a bare word (letters, digits, '_', '.', '-') that the
 * table does not have: it returns the text of a named expression, which is read in its place and
 * may name others, or NULL. What is wrong in there is reported at the column of the name.
 */
typedef const char *(*evo_expression_lookup)(void *context, const char *name);
bool evo_tree_parse(const char *text, struct evo_tree *tree, struct evo_error *err);
bool evo_tree_parse_named(const char *text, evo_expression_lookup names, void *context,
                          struct evo_tree *tree, struct evo_error *err);
void evo_tree_print(const struct evo_tree *tree, struct evo_text *out);
void evo_tree_print_node(const struct evo_tree_node *node,
                         struct evo_text *out); /* its word only */

/*
 * Other forms of a tree that passed evo_tree_check; all append, whole lines.
 *
 * dot: a digraph for Graphviz, arguments in order. latex: a formula of LaTeX math with amsmath,
 * without delimiters, on the first line, then comments that explain its symbols. pytorch: a Python
 * module that needs PyTorch 1.13 or later and nothing else, with a function score(model, batch)
 * that finds a model's units by running it. Fails when the module's parts, which are installed
 * beside the program, cannot be read (EVO_E_IO), or lack one that the tree names (EVO_E_INPUT).
 */
void evo_tree_dot(const struct evo_tree *tree, struct evo_text *out);
void evo_tree_latex(const struct evo_tree *tree, struct evo_text *out);
bool evo_tree_pytorch(const struct evo_tree *tree, struct evo_text *out, struct evo_error *err);

/* The canonical form, to find duplicates: arguments of commutative primitives in order, and a
   unit-level root under layer_mean (where EVO_TREE_MAX leaves room for it). */
void evo_tree_canonical(const struct evo_tree *tree, struct evo_tree *out);
/* Of the tree as it is, by ids and numbers: it may be stored. */
uint64_t evo_tree_hash(const struct evo_tree *tree);

/* The statistics that its terminals name. */
evo_needs evo_tree_needs(const struct evo_tree *tree);

/* ---- Random trees ---------------------------------------------------------------------------- */

/* Which codes may be used, and how often: weight 0 is never. */
struct evo_grammar {
	float weight[256]; /* by code; weight[0] is the number's */
	bool network; /* may primitives stand above aggregates? else the root is an aggregate */
	double number_low, number_high; /* new numbers are log-uniform in magnitude, either sign */
	size_t max_size, max_depth;
};
/* Every primitive, terminal and aggregate but the classic proxies, or those of the paper (root
   layer_mean). */
void evo_grammar_all(struct evo_grammar *grammar);
void evo_grammar_paper(struct evo_grammar *grammar);
/* The classic proxies among the network terminals too. */
void evo_grammar_classic(struct evo_grammar *grammar);

/*
 * A random tree at the level asked for (UNIT or NETWORK) within the grammar's bounds: full (every
 * leaf at `depth` where arities and the size allow) or grown (leaves at any depth up to it). Always
 * well typed, and never of numbers alone. A depth at which the level has no tree is raised to the
 * least that has one. False when the grammar allows none.
 */
bool evo_tree_random(const struct evo_grammar *grammar, struct evo_rng *rng, enum evo_level level,
                     size_t depth, bool full, struct evo_tree *tree);

#endif
