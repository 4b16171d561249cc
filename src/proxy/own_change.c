/*
 * Proxies of the user's own are added, removed and renamed. The file is changed as a text, section
 * by section, so that comments and what a person arranged by hand stay.
 */
#include "config.h"
#include "own.h"

#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT  ((size_t) 16 << 20)
#define LINE_LENGTH 120 /* readers of INI files have lines of 198 bytes at most */

/* For a name that is new: `all` is every one wherever several can be named. */
static bool check_new_name(const char *name, struct evo_error *err)
{
	return evo_own_name_check(name, err) &&
	       (strcmp(name, "all") != 0 ||
	        evo_fail(err, EVO_E_INPUT, "all stands for every one; choose another name"));
}

/* ---- The text of the file
   --------------------------------------------------------------------- */

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

	if (file == NULL)
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
	if (strlen(source) > LINE_LENGTH || strpbrk(source, "\n\r") != NULL ||
	    strstr(source, " ;") != NULL)
		return evo_fail(err, EVO_E_INPUT,
		                "the source must be one line of at most %d bytes, without \" ;\"",
		                LINE_LENGTH);
	return true;
}

/* ---- Changes
   ---------------------------------------------------------------------------------- */

bool evo_proxy_add(const char *name, const char *expression, const char *source,
                   struct evo_error *err)
{
	struct evo_tree *tree = evo_malloc(sizeof(*tree));
	struct evo_library library = {0};
	char *path = evo_own_path(), *before = NULL;
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
	if (good && evo_library_find(&library, name) != NULL)
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
	const char **names = evo_calloc(library->own + 1, sizeof(*names));
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
	char *path = evo_own_path(), *before = read_text(path, &library, err);
	const char *from = before != NULL ? find_section(before, name) : NULL, *end;
	struct evo_text text;
	bool good = before != NULL;

	evo_text_init(&text);
	if (good && (from == NULL || evo_library_find(&library, name) == NULL))
		good = not_own(&library, name, err);
	else if (good && to != NULL && evo_library_find(&library, to) != NULL)
		good = evo_fail(err, EVO_E_INPUT,
		                "there is a proxy %s already; choose another name", to);
	if (good) {
		end = next_line(from);
		while (to == NULL && *end && *end != '[')
			end = next_line(end);
		evo_text_append_n(&text, before, (size_t) (from - before));
		if (to != NULL)
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
