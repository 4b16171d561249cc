/*
 * What was asked for: names and expressions to trees, imported scores to columns.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/proxy.h"
#include "evoscope/scores.h"
#include "score.h"

static const struct evo_scores *load_imported(struct scored *s, const char *name,
                                              struct evo_error *err)
{
	for (size_t i = 0; i < s->imported_count; i++)
		if (strcmp(s->imported[i]->name, name) == 0)
			return s->imported[i];
	struct evo_scores *scores = evo_scores_load(name, err);
	if (scores == NULL)
		return NULL;
	s->imported = evo_realloc(s->imported, s->imported_count + 1, sizeof(*s->imported));
	s->imported[s->imported_count++] = scores;
	return scores;
}

/* A column of scores that have been loaded for another one, whose file need not be read again. */
static bool find_loaded(struct scored *s, struct score_proxy *proxy)
{
	size_t length = strcspn(proxy->text, "/");
	for (size_t i = 0; i < s->imported_count; i++) {
		const struct evo_scores *scores = s->imported[i];
		if (strlen(scores->name) != length || strncmp(scores->name, proxy->text, length))
			continue;
		for (size_t k = 0; k < scores->column_count; k++) {
			if (strcmp(scores->columns[k], proxy->text + length + 1) != 0)
				continue;
			proxy->scores = scores;
			proxy->column = k;
			return true;
		}
	}
	return false;
}

static bool read_imported(struct scored *s, struct score_proxy *proxy, struct evo_error *err)
{
	char *name;
	if (find_loaded(s, proxy))
		return true;
	if (!evo_scores_find(proxy->text, &name, &proxy->column, err))
		return false;
	proxy->scores = load_imported(s, name, err);
	free(name);
	return proxy->scores != NULL &&
	       (proxy->column < proxy->scores->column_count ||
	        evo_fail(err, EVO_E_INPUT, "%s was replaced just now", proxy->text));
}

/* ---- Unknown names --------------------------------------------------------------------------- */

/* All names that could have been meant: the library's, and from `library` on NAME/COLUMN of
   imported scores. Caller frees each and the list. */
static char **all_names(size_t *count, size_t *library)
{
	struct evo_library own;
	size_t imported;
	char **columns = evo_scores_columns(&imported), **names;
	evo_library_load(&own, NULL);
	names = evo_calloc(own.count + imported + 1, sizeof(*names));
	*library = own.count;
	*count = own.count + imported;
	for (size_t i = 0; i < own.count; i++)
		names[i] = evo_strdup(own.items[i].name);
	for (size_t i = 0; i < imported; i++)
		names[own.count + i] = columns[i];
	free(columns);
	evo_library_clear(&own);
	return names;
}

/* The one that is spelt like it, or whose column is called so. */
static size_t nearest_name(const char *word, const char *const *names, size_t count, size_t library)
{
	for (size_t i = library; i < count; i++)
		if (strcmp(strchr(names[i], '/') + 1, word) == 0)
			return i;
	return evo_nearest(word, names, count);
}

static bool suggest(const char *word, struct evo_error *err)
{
	size_t count, library;
	char **names = all_names(&count, &library);
	size_t nearest = nearest_name(word, (const char *const *) names, count, library);
	if (nearest < count)
		evo_fail(err, EVO_E_INPUT, "unknown name '%s'; did you mean '%s'?", word,
		         names[nearest]);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return nearest < count;
}

static bool read_expression(const char *text, struct evo_tree *tree, struct evo_error *err)
{
	static const char word[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	struct evo_error why = {0};
	if (evo_proxy_parse(text, tree, &why))
		return true;
	/* What is no more than a word was meant to be a name, not an expression. */
	if ((strspn(text, word) < strlen(text) || !suggest(text, err)) && err != NULL &&
	    err->code == EVO_OK)
		*err = why;
	return false;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool score_read_proxies(struct scored *s, struct evo_error *err)
{
	static const char *const counters[SCORE_COUNTERS] = {"units", "params"};
	size_t count = s->config->proxy_count;
	s->trees = evo_calloc(SCORE_COUNTERS + count, sizeof(*s->trees));
	s->proxies = evo_calloc(count, sizeof(*s->proxies));
	for (; s->tree_count < SCORE_COUNTERS; s->tree_count++)
		if (!evo_proxy_parse(counters[s->tree_count], &s->trees[s->tree_count], err))
			return false;
	for (size_t i = 0; i < count; i++) {
		struct score_proxy *proxy = &s->proxies[i];
		proxy->text = s->config->proxies[i];
		if (evo_scores_is_name(proxy->text)) {
			if (!read_imported(s, proxy, err))
				return false;
			continue;
		}
		proxy->tree = s->tree_count++;
		if (!read_expression(proxy->text, &s->trees[proxy->tree], err))
			return false;
	}
	return true;
}

void score_clear_proxies(struct scored *s)
{
	for (size_t i = 0; i < s->imported_count; i++)
		evo_scores_destroy(s->imported[i]);
	free(s->imported);
	free(s->proxies);
	free(s->trees);
}

bool score_has_imported(void *context, const char *architecture)
{
	const struct scored *s = context;
	for (size_t i = 0; i < s->config->proxy_count; i++) {
		const struct score_proxy *proxy = &s->proxies[i];
		double value;
		if (proxy->scores != NULL &&
		    !evo_scores_value(proxy->scores, evo_scores_row(proxy->scores, architecture),
		                      proxy->column, &value))
			return false;
	}
	return true;
}
