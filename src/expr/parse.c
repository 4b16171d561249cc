/*
 * Text to trees.
 *
 *     expression := number | word | word '(' expression { ',' expression } ')'
 *
 * The parser calls itself once for every '(' after a word, which is a node, so that no text takes
 * it deeper than a tree is large.
 */
#include "config.h"
#include "primitives.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#define WORD_SIZE 64 /* longer words are no names */
#define NAMES_MAX 16 /* named expressions within named expressions */

struct parser {
	const char *text;
	size_t at;                  /* next byte of text */
	const char *name;           /* whose expression text is; NULL for the user's own */
	const struct parser *outer; /* what is being read with that name in it */
	evo_expression_lookup names;
	void *context;
	struct evo_tree *tree; /* what has been read so far */
	size_t *columns;       /* where each node's word began in the user's text */
	size_t name_column;    /* where the name began that is being read */
	bool told;             /* the error says which named expression it is in */
	struct evo_error *err;
};

/* ---- Characters and words -------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* '-' is in the names of published programs; the language has no infix minus to confuse it with. */
static bool is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '.' || c == '-';
}

static void skip_space(struct parser *parser)
{
	while (parser->text[parser->at] != '\0' &&
	       strchr(" \t\r\n\f\v", parser->text[parser->at]) != NULL)
		parser->at++;
}

static size_t word_length(const char *text)
{
	size_t length = 0;

	while (is_word(text[length]))
		length++;
	return length;
}

/* Length of the number that text begins with; 0 when it begins with none. */
static size_t number_length(const char *text)
{
	size_t i = text[0] == '-' || text[0] == '+';
	size_t digits = 0, exponent;

	for (; is_digit(text[i]); i++)
		digits++;
	if (text[i] == '.') {
		for (i++; is_digit(text[i]); i++)
			digits++;
	}
	if (digits == 0)
		return 0;
	if (text[i] == 'e' || text[i] == 'E') {
		exponent = i + 1;
		if (text[exponent] == '-' || text[exponent] == '+')
			exponent++;
		if (is_digit(text[exponent])) {
			while (is_digit(text[exponent]))
				exponent++;
			i = exponent;
		}
	}
	return i;
}

/* What stands at the parser's place, in words. */
static const char *found(const struct parser *parser, char out[WORD_SIZE])
{
	const char *text = parser->text + parser->at;
	const unsigned char c = (unsigned char) *text;
	size_t length = number_length(text);

	if (length == 0)
		length = word_length(text);
	if (c == '\0')
		snprintf(out, WORD_SIZE, "the end");
	else if (length > 40)
		snprintf(out, WORD_SIZE, "%.40s...", text);
	else if (length > 0)
		snprintf(out, WORD_SIZE, "%.*s", (int) length, text);
	else if (c >= 0x20 && c < 0x7f)
		snprintf(out, WORD_SIZE, "'%c'", c);
	else
		snprintf(out, WORD_SIZE, "byte 0x%02x", c);
	return out;
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static bool fail_expected(struct parser *parser, const char *expected)
{
	char word[WORD_SIZE];

	return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, parser->at + 1,
	                   "expected %s, found %s", expected, found(parser, word));
}

static bool append(struct parser *parser, unsigned code, double number, size_t column)
{
	struct evo_tree *tree = parser->tree;

	if (tree->size == EVO_TREE_MAX)
		return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, column,
		                   "the expression is too long: at most %d names and numbers",
		                   EVO_TREE_MAX);
	parser->columns[tree->size] = column;
	tree->nodes[tree->size++] =
	        (struct evo_tree_node){.code = (uint16_t) code, .span = 1, .number = number};
	return true;
}

/* call: the word has a '(' after it, so that it was meant to be a primitive or an aggregate. */
static bool fail_unknown(struct parser *parser, const char *word, bool call, size_t column)
{
	const char *names[EVO_OPERATIONS_END];
	char advice[EVO_ADVICE_SIZE];
	size_t count = 0;

	for (unsigned code = 1; code < EVO_OPERATIONS_END; code++) {
		if (call == (evo_primitive(code)->arity > 0))
			names[count++] = evo_primitive(code)->name;
	}
	return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, column, "unknown name '%s'; %s", word,
	                   evo_did_you_mean(word, names, count,
	                                    call ? "expected a primitive or an aggregate"
	                                         : "expected a statistic or a number",
	                                    advice));
}

/* ---- The grammar ----------------------------------------------------------------------------- */

static bool read_expression(struct parser *parser);

static bool read_number(struct parser *parser, size_t length)
{
	const size_t column = parser->at + 1;
	char *digits = evo_strndup(parser->text + parser->at, length);
	const bool positive = digits[0] == '+';
	double number = 0;
	bool good = evo_number_parse(digits + positive, &number, NULL);

	/* What is beyond the range of a double would come back as an infinity or not at all. */
	good = good && number - number == 0;
	if (!good) {
		evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, column,
		            "the number %.40s%s is out of range", digits, length > 40 ? "..." : "");
	}
	free(digits);
	parser->at += length;
	return good && append(parser, 0, number, column);
}

/* The error of a named expression, at the column of its name; the innermost one says enough. */
static bool fail_named(struct parser *parser, const struct parser *inner)
{
	parser->told = true;
	if (inner->told)
		return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, parser->name_column, "%s",
		                   inner->err->message);
	return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, parser->name_column,
	                   "in the expression named %s, column %zu: %s", inner->name,
	                   inner->err->column, inner->err->message);
}

/* Reads a named expression in the place of its name. */
static bool read_named(struct parser *parser, const char *word, const char *text, size_t column)
{
	struct evo_error err = {0};
	struct parser inner = {.text = text,
	                       .name = word,
	                       .outer = parser,
	                       .names = parser->names,
	                       .context = parser->context,
	                       .tree = parser->tree,
	                       .columns = parser->columns,
	                       .err = &err};
	const size_t first = parser->tree->size;
	size_t within = 0;

	for (const struct parser *p = parser; p != NULL; p = p->outer) {
		if (++within > NAMES_MAX || (p->name != NULL && strcmp(p->name, word) == 0))
			return evo_fail_at(
			        parser->err, EVO_E_INPUT, NULL, 0, column,
			        within > NAMES_MAX
			                ? "%s: too many named expressions within each other"
			                : "the expression named %s is within itself",
			        word);
	}
	parser->name_column = column;
	if (!read_expression(&inner))
		return fail_named(parser, &inner);
	skip_space(&inner);
	if (text[inner.at] != '\0') {
		fail_expected(&inner, "the end");
		return fail_named(parser, &inner);
	}
	for (size_t i = first; i < parser->tree->size; i++)
		parser->columns[i] = column;
	return true;
}

static bool read_arguments(struct parser *parser, const struct evo_primitive *row)
{
	static const char *const which[] = {"the first argument", "the second argument"};
	char expected[128];

	for (unsigned k = 0; k < row->arity; k++) {
		skip_space(parser);
		if (k > 0) {
			snprintf(expected, sizeof(expected), "',' and %s of %s", which[k],
			         row->name);
			if (parser->text[parser->at] != ',')
				return fail_expected(parser, expected);
			parser->at++;
		}
		if (!read_expression(parser))
			return false;
	}
	skip_space(parser);
	if (parser->text[parser->at] != ')') {
		snprintf(expected, sizeof(expected), "')' after the %s of %s",
		         row->arity == 1 ? "argument" : "arguments", row->name);
		return fail_expected(parser, expected);
	}
	parser->at++;
	return true;
}

static bool read_call(struct parser *parser, unsigned code, size_t column)
{
	const struct evo_primitive *row = evo_primitive(code);
	const size_t node = parser->tree->size;
	char expected[128];

	if (parser->text[parser->at] != '(') {
		snprintf(expected, sizeof(expected), "'(' and the %s of %s",
		         row->arity == 1 ? "argument" : "arguments", row->name);
		return fail_expected(parser, expected);
	}
	parser->at++;
	if (!append(parser, code, 0, column) || !read_arguments(parser, row))
		return false;
	parser->tree->nodes[node].span = (uint16_t) (parser->tree->size - node);
	return true;
}

static bool read_word(struct parser *parser)
{
	const size_t column = parser->at + 1, length = word_length(parser->text + parser->at);
	const char *text = NULL;
	char word[WORD_SIZE];
	unsigned code;
	bool known, call;

	if (length >= WORD_SIZE) {
		snprintf(word, sizeof(word), "%.40s...", parser->text + parser->at);
		return fail_unknown(parser, word, false, column);
	}
	memcpy(word, parser->text + parser->at, length);
	word[length] = '\0';
	parser->at += length;
	skip_space(parser);
	call = parser->text[parser->at] == '(';
	known = (!call && evo_terminal_find(word, &code)) || evo_primitive_find(word, &code);
	if (!known && parser->names && (text = parser->names(parser->context, word)) == NULL)
		return fail_unknown(parser, word, call, column);
	if (!known && text == NULL)
		return fail_unknown(parser, word, call, column);
	if (known && evo_primitive(code)->arity > 0)
		return read_call(parser, code, column);
	if (call)
		return evo_fail_at(parser->err, EVO_E_INPUT, NULL, 0, parser->at + 1,
		                   "%s takes no arguments, found '('", word);
	return known ? append(parser, code, 0, column) : read_named(parser, word, text, column);
}

static bool read_expression(struct parser *parser)
{
	size_t length;

	skip_space(parser);
	length = number_length(parser->text + parser->at);
	if (length > 0)
		return read_number(parser, length);
	if (is_letter(parser->text[parser->at]))
		return read_word(parser);
	return fail_expected(parser, "a primitive, a statistic or a number");
}

bool evo_tree_parse_named(const char *text, evo_expression_lookup names, void *context,
                          struct evo_tree *tree, struct evo_error *err)
{
	size_t columns[EVO_TREE_MAX];
	struct parser parser = {.text = text,
	                        .names = names,
	                        .context = context,
	                        .tree = tree,
	                        .columns = columns,
	                        .err = err};
	char what[EVO_FAULT_SIZE];
	size_t node;

	tree->size = 0;
	if (!read_expression(&parser))
		return false;
	skip_space(&parser);
	if (text[parser.at] != '\0')
		return fail_expected(&parser, "the end");
	if (evo_tree_fault(tree, &node, what))
		return evo_fail_at(err, EVO_E_INPUT, NULL, 0, columns[node], "%s", what);
	return true;
}

bool evo_tree_parse(const char *text, struct evo_tree *tree, struct evo_error *err)
{
	return evo_tree_parse_named(text, NULL, NULL, tree, err);
}
