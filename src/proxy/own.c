/*
 * The user's own proxies: a file of named expressions.
 *
 * It is changed as a text, section by section, so that comments and what a person arranged by hand
 * stay.
 */
#include "config.h"

#include "evoscope/proxy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH ((size_t) 40)
#define FILE_LIMIT      ((size_t) 16 << 20)
#define LINE_LENGTH     120 /* readers of INI files have lines of 198 bytes at most */

static char *own_path(void)
{
	return evo_path_data("proxies.ini");
}

/* ---- Names ----------------------------------------------------------------------------------- */

static bool check_name(const char *name, struct evo_error *err)
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

/* For a name that is new: `all` is every one wherever several can be named. */
static bool check_new_name(const char *name, struct evo_error *err)
{
	return check_name(name, err) &&
	       (strcmp(name, "all") != 0 ||
	        evo_fail(err, EVO_E_INPUT, "all stands for every one; choose another name"));
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

	if (library->count == library->room) {
		library->room = library->room ? 2 * library->room : 64;
		library->items = evo_realloc(library->items, library->room, sizeof *library->items);
	}
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
	if (!check_name(name, &why)) {
		fail_at(reading, line, err, why.message);
		return NULL;
	}
	if (evo_library_find(library, name)) {
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
	if (!proxy)
		return false;
	field = expression ? &proxy->expression : &proxy->source;
	if (*field)
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

	return proxy && proxy < place->end ? proxy->expression : NULL;
}

/* That of every proxy is there, and can be read. */
static bool check_expressions(const struct reading *reading, struct evo_error *err)
{
	const struct evo_library *library = reading->library;
	struct evo_tree *tree = evo_malloc(sizeof *tree);
	bool good = true;

	for (size_t i = library->count - library->own; i < library->count && good; i++) {
		struct evo_proxy *proxy = &library->items[i];
		struct above before = {library, proxy};
		struct evo_error why = {0};

		if (!proxy->source)
			proxy->source = evo_strdup("");
		if (!proxy->expression)
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
	char *path = own_path();
	const struct reading reading = {library, path};
	bool good = true;

	*library = (struct evo_library){.names = evo_malloc(sizeof *library->names)};
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
	if (library->names)
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

/* ---- Changing the text ----------------------------------------------------------------------- */

/* Is this line "[name]"? */
static bool heads(const char *line, const char *name)
{
	size_t length = strlen(name);

	return *line == '[' && strncmp(line + 1, name, length) == 0 && line[1 + length] == ']';
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* Where the section begins; NULL when there is none. */
static const char *find_section(const char *text, const char *name)
{
	for (const char *line = text; *line; line = next_line(line))
		if (heads(line, name))
			return line;
	return NULL;
}

/* So that what two programs add at the same time is both there. */
static int lock_own(void)
{
	char *folder = evo_path_data("");
	int lock = evo_lock_folder(folder);

	free(folder);
	return lock;
}

static bool make_folder(struct evo_error *err)
{
	char *folder = evo_path_data("");
	bool made = evo_make_directories(folder, err);

	free(folder);
	return made;
}

static bool write_file(const char *path, const struct evo_text *text, struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);

	if (!file)
		return false;
	fwrite(text->data, 1, text->length, evo_file_stream(file));
	return evo_file_commit(file, err);
}

/* The file's text, "" where there is none; NULL with err set. It has to be good before it is
   changed: what cannot be read cannot be put right by adding to it. */
static char *read_text(const char *path, struct evo_library *library, struct evo_error *err)
{
	size_t length;

	if (!evo_library_load(library, err))
		return NULL;
	return evo_path_exists(path) ? evo_file_read(path, FILE_LIMIT, &length, err)
	                             : evo_strdup("");
}

/* An expression in lines that continue one another. */
static void append_wrapped(struct evo_text *out, const char *expression)
{
	while (strlen(expression) > LINE_LENGTH) {
		size_t length = LINE_LENGTH;

		while (length > 1 && expression[length - 1] != ' ')
			length--;
		evo_text_append_n(out, expression, length - 1);
		evo_text_append(out, "\n  ");
		expression += length;
	}
	evo_text_printf(out, "%s\n", expression);
}

static bool check_source(const char *source, struct evo_error *err)
{
	if (strlen(source) > LINE_LENGTH || strpbrk(source, "\n\r") || strstr(source, " ;"))
		return evo_fail(err, EVO_E_INPUT,
		                "the source must be one line of at most %d bytes, without \" ;\"",
		                LINE_LENGTH);
	return true;
}

bool evo_proxy_add(const char *name, const char *expression, const char *source,
                   struct evo_error *err)
{
	struct evo_tree *tree = evo_malloc(sizeof *tree);
	struct evo_library library = {0};
	char *path = own_path(), *before = NULL;
	struct evo_text text, printed;
	int lock = -1;
	bool good = check_new_name(name, err) && check_source(source, err) &&
	            evo_proxy_parse(expression, tree, err) && make_folder(err);

	if (good) {
		lock = lock_own();
		before = read_text(path, &library, err);
		good = before != NULL;
	}
	evo_text_init(&text);
	evo_text_init(&printed);
	if (good && evo_library_find(&library, name))
		good = evo_fail(err, EVO_E_INPUT,
		                "there is a proxy %s already; remove it first, or choose another "
		                "name",
		                name);
	if (good) {
		size_t length = strlen(before);

		evo_tree_print(tree, &printed);
		evo_text_printf(&text, "%s%s%s[%s]\nexpression = ", before,
		                length > 0 && before[length - 1] != '\n' ? "\n" : "",
		                length > 0 ? "\n" : "", name);
		append_wrapped(&text, printed.data);
		if (*source)
			evo_text_printf(&text, "source = %s\n", source);
		good = write_file(path, &text, err);
	}
	evo_unlock_folder(lock);
	evo_text_clear(&printed);
	evo_text_clear(&text);
	evo_library_clear(&library);
	free(before);
	free(path);
	free(tree);
	return good;
}

static bool not_own(const struct evo_library *library, const char *name, struct evo_error *err)
{
	const char **names = evo_calloc(library->own + 1, sizeof *names);
	char advice[EVO_ADVICE_SIZE];

	for (size_t i = 0; i < library->own; i++)
		names[i] = library->items[library->count - library->own + i].name;
	if (evo_proxy_find(name) < evo_proxy_count())
		evo_fail(err, EVO_E_INPUT,
		         "%s comes with the program and cannot be changed or removed", name);
	else
		evo_fail(err, EVO_E_NOT_FOUND, "there is no proxy '%.60s' of yours; %s", name,
		         evo_did_you_mean(name, names, library->own,
		                          "`evoscope proxies` lists them", advice));
	free(names);
	return false;
}

/* Removes the section, or, with `to`, gives it another name. */
static bool change(const char *name, const char *to, struct evo_error *err)
{
	struct evo_library library = {0};
	int lock = lock_own();
	char *path = own_path(), *before = read_text(path, &library, err);
	const char *from = before ? find_section(before, name) : NULL, *end;
	struct evo_text text;
	bool good = before != NULL;

	evo_text_init(&text);
	if (good && (!from || !evo_library_find(&library, name)))
		good = not_own(&library, name, err);
	else if (good && to && evo_library_find(&library, to))
		good = evo_fail(err, EVO_E_INPUT,
		                "there is a proxy %s already; choose another name", to);
	if (good) {
		end = next_line(from);
		while (!to && *end && *end != '[')
			end = next_line(end);
		evo_text_append_n(&text, before, (size_t) (from - before));
		if (to)
			evo_text_printf(&text, "[%s]\n", to);
		evo_text_append(&text, end);
		good = write_file(path, &text, err);
	}
	evo_unlock_folder(lock);
	evo_text_clear(&text);
	evo_library_clear(&library);
	free(before);
	free(path);
	return good;
}

bool evo_proxy_remove(const char *name, struct evo_error *err)
{
	return change(name, NULL, err);
}

bool evo_proxy_rename(const char *from, const char *to, struct evo_error *err)
{
	return check_new_name(to, err) && change(from, to, err);
}
