/*
 * What a text stands for that names a proxy: an expression, in which names may stand for trees. A
 * name is the program's, else the user's own; a column of imported scores has no expression.
 */
#include "config.h"
#include "evoscope/scores.h"
#include "evoscope/proxy.h"

#include <stdlib.h>

/* The user's own are looked up where a name is none of the program's. */
struct lookup {
	struct evo_library library;
	bool loaded;
	struct evo_error why; /* they could not be read */
};

static const char *lookup(void *context, const char *name)
{
	struct lookup *own = context;
	const size_t index = evo_proxy_find(name);

	if (index < evo_proxy_count())
		return evo_proxy_at(index).expression;
	if (!own->loaded) {
		evo_library_load(&own->library, &own->why);
		own->loaded = true;
	}
	const struct evo_proxy *proxy = evo_library_find(&own->library, name);
	return proxy != NULL ? proxy->expression : NULL;
}

/* Imported scores have names, but no expression. */
static bool refuse_imported(const char *text, struct evo_error *err)
{
	char *name;
	size_t column;

	if (!evo_scores_find(text, &name, &column, err))
		return false;
	free(name);
	return evo_fail(err, EVO_E_INPUT,
	                "%s is a column of imported scores: it can be scored, but there is no "
	                "expression behind it",
	                text);
}

bool evo_proxy_parse(const char *text, struct evo_tree *tree, struct evo_error *err)
{
	if (evo_scores_is_name(text))
		return refuse_imported(text, err);
	struct lookup own = {0};
	bool good = evo_tree_parse_named(text, lookup, &own, tree, err);
	/* What is unknown may be one of those. */
	if (!good && own.why.code != EVO_OK && err != NULL)
		*err = own.why;
	evo_library_clear(&own.library);
	return good;
}
