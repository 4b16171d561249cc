/*
 * Trees as modules of PyTorch.
 *
 * data/pytorch/proxy.py is a whole module: what finds the units, a function for every primitive,
 * aggregate and network scalar, and places for an expression. It is parted at the blank lines
 * before text at the left margin; of the parts that define something, those go out that the
 * expression needs, itself or through others.
 */
#include "config.h"
#include "export.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE     "pytorch/proxy.py"
#define TEMPLATE_MAX ((size_t) 1 << 20)

struct part {
	const char *begin, *end; /* in the template */
	char name[64];           /* what it defines; "" for what always goes out */
	bool wanted;
};

struct module {
	char *text; /* the template */
	struct part *parts;
	size_t count;
};

/* ---- Parts of the template ------------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* The word that begins at `at`; returns its end. Too long a one is cut, and then unknown. */
static const char *read_word(const char *at, const char *end, char word[64])
{
	const char *begin = at;

	while (at < end && is_word(*at))
		at++;
	snprintf(word, 64, "%.*s", (int) (at - begin), begin);
	return at;
}

static bool begins(const char *at, const char *end, const char *word)
{
	const size_t length = strlen(word);

	return (size_t) (end - at) >= length && memcmp(at, word, length) == 0;
}

/* "def NAME", "class NAME" or "NAME = ", of names that begin with _. */
static void name_part(struct part *part)
{
	const char *at = part->begin;

	if (begins(at, part->end, "def "))
		at += 4;
	else if (begins(at, part->end, "class "))
		at += 6;
	if (*at != '_')
		return;
	at = read_word(at, part->end, part->name);
	if (*at != '(' && !begins(at, part->end, " = "))
		part->name[0] = '\0';
}

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end != NULL ? end + 1 : at + strlen(at);
}

static void add_part(struct module *module, const char *begin, const char *end)
{
	struct part *part;

	module->parts = evo_realloc(module->parts, module->count + 1, sizeof(*module->parts));
	part = &module->parts[module->count++];
	*part = (struct part){.begin = begin, .end = end};
	name_part(part);
	part->wanted = part->name[0] == '\0';
}

static void split(struct module *module)
{
	const char *begin = module->text;
	bool blank = false;

	for (const char *at = begin; *at; at = next_line(at)) {
		if (blank && !isspace((unsigned char) *at)) {
			add_part(module, begin, at);
			begin = at;
		}
		blank = *at == '\n';
	}
	add_part(module, begin, begin + strlen(begin));
}

static bool read_module(struct module *module, struct evo_error *err)
{
	char *path = evo_path_shared(TEMPLATE);
	size_t length;

	*module = (struct module){0};
	module->text = evo_file_read(path, TEMPLATE_MAX, &length, err);
	free(path);
	if (module->text == NULL)
		return false;
	split(module);
	return true;
}

static void clear_module(struct module *module)
{
	free(module->parts);
	free(module->text);
}

static struct part *find_part(const struct module *module, const char *name)
{
	for (size_t i = 0; i < module->count; i++) {
		if (name[0] && strcmp(module->parts[i].name, name) == 0)
			return &module->parts[i];
	}
	return NULL;
}

/* Wants every part that a word of the text names, and what those need. */
static void want(struct module *module, const char *at, const char *end)
{
	char word[64];

	while (at < end) {
		struct part *part;

		if (!is_word(*at)) {
			at++;
			continue;
		}
		at = read_word(at, end, word);
		part = find_part(module, word);
		if (part != NULL && !part->wanted) {
			part->wanted = true;
			want(module, part->begin, part->end);
		}
	}
}

/* ---- The expression in Python ---------------------------------------------------------------- */

#define LONG_TEXT 60 /* what is longer gets a name, so that neither lines nor parentheses grow */

struct writer {
	const struct evo_tree *tree;
	struct evo_text *done; /* functions of the units, one an aggregate */
	size_t units;          /* how many of them */
	size_t names;          /* given in the function at hand */
};

static void write_leaf(const struct evo_tree_node *node, struct evo_text *out)
{
	const char *name = evo_primitive(node->code)->name;

	if (evo_is_number(node->code)) {
		evo_text_append(out, "_number(");
		evo_text_number(out, node->number);
		evo_text_append(out, ")");
	} else if (evo_is_network_scalar(node->code)) {
		evo_text_printf(out, "_scalar_%s(net)", name);
	} else {
		evo_text_printf(out, "%s[\"%s\"]",
		                evo_primitive(node->code)->kind == EVO_UNIT_TERMINAL ? "unit"
		                                                                     : "net",
		                name);
	}
}

static void write_unit_function(struct writer *writer, size_t at);

/* The value of the subtree at `at`, appended to out; statements that it needs go to before. */
static void write_value(struct writer *writer, size_t at, struct evo_text *before,
                        struct evo_text *out)
{
	const struct evo_tree_node *node = &writer->tree->nodes[at];
	const struct evo_primitive *row = evo_primitive(node->code);
	struct evo_text text;

	if (row->arity == 0) {
		write_leaf(node, out);
		return;
	}
	if (row->kind == EVO_AGGREGATE) {
		write_unit_function(writer, at + 1);
		evo_text_printf(out, "_%s(units, _unit_%zu)", row->name, writer->units);
		return;
	}
	evo_text_init(&text);
	evo_text_printf(&text, "_%s(", row->name);
	for (size_t i = 0; i < row->arity; i++) {
		evo_text_append(&text, i ? ", " : "");
		write_value(writer, evo_tree_argument(writer->tree, at, i), before, &text);
	}
	evo_text_append(&text, ")");
	if (text.length > LONG_TEXT) {
		evo_text_printf(before, "    v%zu = %s\n", ++writer->names, text.data);
		evo_text_printf(out, "v%zu", writer->names);
	} else {
		evo_text_append(out, text.data);
	}
	evo_text_clear(&text);
}

static void write_function(struct writer *writer, const char *head, size_t at)
{
	struct evo_text before, value;

	evo_text_init(&before);
	evo_text_init(&value);
	writer->names = 0;
	write_value(writer, at, &before, &value);
	evo_text_printf(writer->done, "%s%s    return %s\n\n\n", head, before.data, value.data);
	evo_text_clear(&before);
	evo_text_clear(&value);
}

/* Adds the function of what is below an aggregate; its number is then writer->units. */
static void write_unit_function(struct writer *writer, size_t at)
{
	const size_t names = writer->names;
	char head[64];

	snprintf(head, sizeof(head), "def _unit_%zu(unit):\n", ++writer->units);
	write_function(writer, head, at);
	writer->names = names;
}

static void write_expression(const struct evo_tree *tree, struct evo_text *out)
{
	struct writer writer = {.tree = tree, .done = out};

	if (evo_tree_level(tree, 0) == EVO_LEVEL_UNIT) {
		write_unit_function(&writer, 0);
		evo_text_append(out, "def _expression(units, net):\n"
		                     "    return _layer_mean(units, _unit_1)\n\n\n");
		return;
	}
	write_function(&writer, "def _expression(units, net):\n", 0);
}

static bool uses(const struct evo_tree *tree, unsigned code)
{
	for (size_t i = 0; i < tree->size; i++) {
		if (tree->nodes[i].code == code)
			return true;
	}
	return false;
}

static void write_statistics(const struct evo_tree *tree, struct evo_text *out)
{
	const char *between = "";

	evo_text_append(out, "_STATISTICS = (");
	for (unsigned code = 0; code < evo_primitive_count(); code++) {
		if (!evo_is_statistic(code) || !uses(tree, code))
			continue;
		evo_text_printf(out, "%s\"%s\",", between, evo_primitive(code)->name);
		between = " ";
	}
	evo_text_append(out, ")\n\n\n");
}

/* ---- The module ------------------------------------------------------------------------------ */

/* Everything that the tree names has to be in the template. */
static bool check_forms(const struct module *module, const struct evo_tree *tree,
                        struct evo_error *err)
{
	char name[64];

	for (size_t i = 0; i < tree->size; i++) {
		const unsigned code = tree->nodes[i].code;
		const bool scalar = evo_is_network_scalar(code);

		if (evo_primitive(code)->arity == 0 && !scalar)
			continue;
		snprintf(name, sizeof(name), "_%s%s", scalar ? "scalar_" : "",
		         evo_primitive(code)->name);
		if (find_part(module, name) == NULL)
			return evo_fail(err, EVO_E_INPUT,
			                "%s is not in " TEMPLATE "; install the program anew",
			                evo_primitive(code)->name);
	}
	return true;
}

static bool is_heading(const struct part *part)
{
	return begins(part->begin, part->end, "# --");
}

/* Headings that nothing would stand under are not wanted. */
static void drop_empty_headings(struct module *module)
{
	bool followed = false;

	for (size_t i = module->count; i-- > 0;) {
		struct part *part = &module->parts[i];

		if (is_heading(part)) {
			part->wanted = followed;
			followed = false;
		} else {
			followed = followed || part->wanted;
		}
	}
}

/* The text with the tree's in the place of EXPRESSION, where it has that. */
static void put_text(const struct part *part, const struct evo_tree *tree, struct evo_text *out)
{
	if (!begins(part->begin, part->end, "EXPRESSION\n")) {
		evo_text_append_n(out, part->begin, (size_t) (part->end - part->begin));
		return;
	}
	evo_tree_print(tree, out);
	evo_text_append_n(out, part->begin + 10, (size_t) (part->end - part->begin - 10));
}

static void write_module(struct module *module, const struct evo_tree *tree, struct evo_text *out)
{
	struct evo_text expression, statistics;

	evo_text_init(&expression);
	evo_text_init(&statistics);
	write_expression(tree, &expression);
	write_statistics(tree, &statistics);
	want(module, expression.data, expression.data + expression.length);
	for (size_t i = 0; i < module->count; i++) {
		if (module->parts[i].name[0] == '\0')
			want(module, module->parts[i].begin, module->parts[i].end);
	}
	drop_empty_headings(module);
	for (size_t i = 0; i < module->count; i++) {
		const struct part *part = &module->parts[i];

		if (!strcmp(part->name, "_STATISTICS"))
			evo_text_append(out, statistics.data);
		else if (!strcmp(part->name, "_expression"))
			evo_text_append(out, expression.data);
		else if (part->wanted)
			put_text(part, tree, out);
	}
	evo_text_clear(&expression);
	evo_text_clear(&statistics);
}

bool evo_tree_pytorch(const struct evo_tree *tree, struct evo_text *out, struct evo_error *err)
{
	struct module module;
	bool good;

	if (!read_module(&module, err))
		return false;
	good = check_forms(&module, tree, err);
	if (good)
		write_module(&module, tree, out);
	clear_module(&module);
	return good;
}
