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
	const char *source;     /* paper, and what was changed; "" is nothing */
};

/* Those that come with the program, the classic ones last. Their texts are never freed. */
size_t evo_proxy_count(void);
struct evo_proxy evo_proxy_at(size_t index);
size_t evo_proxy_find(const char *name); /* its index; evo_proxy_count() when there is none */

/*
 * All of them: those that come with the program, then the user's own, in the order of the file
 * proxies.ini in the user's data folder:
 *
 *   [name]
 *   expression = layer_sum(abs(x.d))
 *   source = where it is from
 *
 * A name begins with a letter, has letters, digits, '_', '.' and '-', at most 40, and is no number
 * (nan, inf), no word of the language nor one of the program's. The file is read anew each time: it
 * may be edited by hand.
 */
struct evo_library {
	struct evo_proxy *items;
	size_t count, own;       /* the last `own` are the user's */
	size_t room;             /* of items */
	struct evo_index *names; /* to their number */
};
/* False when the user's file is no good (err names file and line): then its own are left out. */
bool evo_library_load(struct evo_library *library, struct evo_error *err);
const struct evo_proxy *evo_library_find(const struct evo_library *library, const char *name);
void evo_library_clear(struct evo_library *library);

/*
 * Changes the user's file, and what else is in it stays as it is. The expression is written out:
 * names in it are replaced by what they stand for. EVO_E_INPUT for a name that cannot be or that is
 * taken, EVO_E_NOT_FOUND for one that is not there.
 */
bool evo_proxy_add(const char *name, const char *expression, const char *source,
                   struct evo_error *err);
bool evo_proxy_remove(const char *name, struct evo_error *err);
bool evo_proxy_rename(const char *from, const char *to, struct evo_error *err);

/* A proxy's name, or an expression in which names may stand for trees, to a tree. */
bool evo_proxy_parse(const char *text, struct evo_tree *tree, struct evo_error *err);

#endif
