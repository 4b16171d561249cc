/*
 * The user's own proxies are a file of named expressions, proxies.ini in the user's data folder.
 * Here it is read into a library, beside the proxies that come with the program.
 */
#include "config.h"
#include "own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH ((size_t) 40)

char *evo_own_path(void)
{
	return evo_path_data("proxies.ini");
}

/* ---- Names ----------------------------------------------------------------------------------- */

bool evo_own_name_check(const char *name, struct evo_error *err)
{
	static const char letters[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	unsigned code;

	if (!isalpha((unsigned char) *name) || strspn(name, letters) != strlen(name) ||
	    strlen(name) > NAME_MAX_LENGTH)
		return evo_fail(err, EVO_E_INPUT,
		                "\"%.60s\" cannot name a proxy; use at most %zu letters, digits, "
		                "'_', '.' and '-', beginning with a letter",
		                name, NAME_MAX_LENGTH);
	if (evo_number_parse(name, &(double){0}, NULL))
		return evo_fail(err, EVO_E_INPUT,
		                "%s is a number in expressions; choose another name", name);
	if (evo_primitive_find(name, &code) || evo_terminal_find(name, &code))
		return evo_fail(err, EVO_E_INPUT,
		                "%s is a word of the language; choose another name", name);
	if (evo_proxy_find(name) < evo_proxy_count())
		return evo_fail(err, EVO_E_INPUT,
		                "%s is a proxy that comes with the program; choose another name",
		                name);
	return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct reading {
	struct evo_library *library;
	const char *path;
};

static bool fail_at(const struct reading *reading, size_t line, struct evo_error *err,
                    const char *what)
{
	return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0, "%s", what);
}

static struct evo_proxy *add_item(struct evo_library *library, struct evo_proxy proxy)
{
	bool added;

	library->items = evo_grown_by_one(library->items, &library->room, library->count,
	                                  sizeof(*library->items));
	library->items[library->count] = proxy;
	evo_index_add(library->names, (char *) (uintptr_t) proxy.name, &added);
	return &library->items[library->count++];
}

static struct evo_proxy *section(const struct reading *reading, const char *name, size_t line,
                                 struct evo_error *err)
{
	struct evo_library *library = reading->library;
	struct evo_proxy *last = &library->items[library->count - 1];
	struct evo_error why = {0};

	if (library->own > 0 && strcmp(last->name, name) == 0)
		return last;
	if (!evo_own_name_check(name, &why)) {
		fail_at(reading, line, err, why.message);
		return NULL;
	}
	if (evo_library_find(library, name) != NULL) {
		evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		            "[%s] is there twice; rename or remove one of them", name);
		return NULL;
	}
	library->own++;
	return add_item(library, (struct evo_proxy){evo_strdup(name), NULL, NULL});
}

static bool take_entry(void *context, const char *name, const char *key, const char *value,
                       size_t line, struct evo_error *err)
{
	const struct reading *reading = context;
	bool expression = strcmp(key, "expression") == 0;
	struct evo_proxy *proxy;
	const char **field;

	if (*name == '\0')
		return fail_at(reading, line, err, "begin with a line [NAME]");
	if (!expression && strcmp(key, "source") != 0)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "unknown key %.60s; a proxy has expression and source", key);
	proxy = section(reading, name, line, err);
	if (proxy == NULL)
		return false;
	field = expression ? &proxy->expression : &proxy->source;
	if (*field != NULL)
		return evo_fail_at(err, EVO_E_INPUT, reading->path, line, 0,
		                   "[%s] has two lines %s", name, key);
	*field = evo_strdup(value);
	return true;
}

struct above {
	const struct evo_library *library;
	const struct evo_proxy *end;
};

/* Expressions may name what stands above them. */
static const char *above(void *context, const char *name)
{
	const struct above *place = context;
	const struct evo_proxy *proxy = evo_library_find(place->library, name);

	return proxy != NULL && proxy < place->end ? proxy->expression : NULL;
}

/* That of every proxy is there, and can be read. */
static bool check_expressions(const struct reading *reading, struct evo_error *err)
{
	const struct evo_library *library = reading->library;
	struct evo_tree *tree = evo_malloc(sizeof(*tree));
	bool good = true;

	for (size_t i = library->count - library->own; i < library->count && good; i++) {
		struct evo_proxy *proxy = &library->items[i];
		struct above before = {library, proxy};
		struct evo_error why = {0};

		if (proxy->source == NULL)
			proxy->source = evo_strdup("");
		if (proxy->expression == NULL)
			good = evo_fail_at(err, EVO_E_INPUT, reading->path, 0, 0,
			                   "[%s] has no expression", proxy->name);
		else if (!evo_tree_parse_named(proxy->expression, above, &before, tree, &why))
			good = evo_fail_at(err, EVO_E_INPUT, reading->path, 0, 0,
			                   "the expression of [%s]: %s", proxy->name, why.message);
		evo_error_clear(&why);
	}
	free(tree);
	return good;
}

static void forget_own(struct evo_library *library)
{
	for (; library->own > 0; library->own--) {
		const struct evo_proxy *proxy = &library->items[--library->count];

		free((char *) (uintptr_t) proxy->name);
		free((char *) (uintptr_t) proxy->expression);
		free((char *) (uintptr_t) proxy->source);
	}
}

bool evo_library_load(struct evo_library *library, struct evo_error *err)
{
	char *path = evo_own_path();
	const struct reading reading = {library, path};
	bool good = true;

	*library = (struct evo_library){.names = evo_malloc(sizeof(*library->names))};
	evo_index_init(library->names);
	for (size_t i = 0; i < evo_proxy_count(); i++)
		add_item(library, evo_proxy_at(i));
	if (evo_path_exists(path))
		good = evo_ini_read(path, take_entry, (void *) (uintptr_t) &reading, err) &&
		       check_expressions(&reading, err);
	if (!good) {
		forget_own(library);
		evo_index_clear(library->names);
		for (size_t i = 0; i < library->count; i++)
			evo_index_add(library->names, (char *) (uintptr_t) library->items[i].name,
			              &(bool){false});
	}
	free(path);
	return good;
}

void evo_library_clear(struct evo_library *library)
{
	forget_own(library);
	if (library->names != NULL)
		evo_index_clear(library->names);
	free(library->names);
	free(library->items);
	*library = (struct evo_library){0};
}

const struct evo_proxy *evo_library_find(const struct evo_library *library, const char *name)
{
	size_t number = evo_index_find(library->names, name);

	return number < library->count ? &library->items[number] : NULL;
}
