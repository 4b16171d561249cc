/*
 * proxy: zero-cost proxies by name.
 *
 * Published programs and hand-made proxies that are trees of the expression language, each with
 * its source. A name can be used wherever an expression can.
 */
#ifndef EVOSCOPE_PROXY_H
#define EVOSCOPE_PROXY_H

#include "evoscope/expr.h"

struct evo_proxy {
	const char *name;       /* "eznas-a" */
	const char *expression; /* text of the tree */
	const char *source;     /* paper, and what was changed */
};
size_t evo_proxy_count(void);
const struct evo_proxy *evo_proxy_at(size_t index);
const struct evo_proxy *evo_proxy_find(const char *name); /* NULL when there is none */

/* A proxy's name, or an expression in which names may stand for trees, to a tree. */
bool evo_proxy_parse(const char *text, struct evo_tree *tree, struct evo_error *err);

#endif
