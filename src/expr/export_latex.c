/*
 * Trees as formulas in LaTeX math.
 *
 * The rows of primitives have forms, in which arguments are put with parentheses where they do not
 * hold together tightly enough.
 */
#include "config.h"
#include "export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which subtrees are scalars, whatever the network ---------------------------------------- */

/* arguments: whether they are; for operations only. */
static bool is_scalar(unsigned code, const bool *arguments)
{
	if (evo_is_number(code) || evo_is_network_scalar(code))
		return true;
	if (evo_is_statistic(code))
		return false;
	switch (evo_operation(code)->shape) {
	case EVO_SHAPE_SAME:
		return arguments[0];
	case EVO_SHAPE_PAIR:
		return arguments[0] && arguments[1];
	case EVO_SHAPE_UNITS:
		return code != EVO_LAYER_TOTAL || arguments[0];
	case EVO_SHAPE_PAIR_SCALAR:
	case EVO_SHAPE_PAIR_ROWS:
	case EVO_SHAPE_SCALAR:
	case EVO_SHAPE_ROWS_SCALAR:
	case EVO_SHAPE_SQUARE:
		return true;
	default:
		return false;
	}
}

/* ---- Leaves ---------------------------------------------------------------------------------- */

/* A name as upright text. */
static void put_word(struct evo_text *out, const char *name, size_t length)
{
	evo_text_append(out, "\\mathrm{");
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '_')
			evo_text_append(out, "\\");
		evo_text_append_n(out, name + i, 1);
	}
	evo_text_append(out, "}");
}

/* "gx.d" is g_{x}^{d}: a gradient begins with g, what comes after it is where. */
static enum evo_hold put_statistic(struct evo_text *out, const char *name)
{
	const char *dot = strchr(name, '.');
	const size_t length = dot != NULL ? (size_t) (dot - name) : strlen(name);
	const bool gradient = dot != NULL && length > 1 && name[0] == 'g';
	const size_t skipped = gradient ? 1 : 0;

	if (gradient)
		evo_text_append(out, "g_{");
	if (length - skipped == 1)
		evo_text_append_n(out, name + skipped, 1);
	else
		put_word(out, name + skipped, length - skipped);
	if (gradient)
		evo_text_append(out, "}");
	if (dot == NULL)
		return EVO_HOLD_ATOM;
	evo_text_printf(out, "^{%s}", dot + 1);
	return EVO_HOLD_POWER;
}

/* 2e-05 is 2 \cdot 10^{-5}, and 1e-05 is 10^{-5}. */
static enum evo_hold put_number(struct evo_text *out, double number)
{
	char digits[EVO_NUMBER_SIZE];
	char *exponent;
	bool power;

	evo_number_format(fabs(number), digits);
	exponent = strchr(digits, 'e');
	if (exponent != NULL)
		*exponent = '\0';
	power = exponent != NULL && strcmp(digits, "1") == 0;
	evo_text_printf(out, "%s%s", signbit(number) ? "-" : "", power ? "" : digits);
	if (exponent != NULL)
		evo_text_printf(out, "%s10^{%ld}", power ? "" : " \\cdot ",
		                strtol(exponent + 1, NULL, 10));
	if (signbit(number))
		return EVO_HOLD_SUM;
	return power ? EVO_HOLD_POWER : exponent != NULL ? EVO_HOLD_PRODUCT : EVO_HOLD_ATOM;
}

/* ---- The formula ----------------------------------------------------------------------------- */

struct part {
	struct evo_text text;
	enum evo_hold is;
	bool scalar;
};

static void put_argument(struct evo_text *out, const struct part *argument, enum evo_hold wanted)
{
	const bool loose = argument->is < wanted;

	evo_text_append(out, loose ? "\\left(" : "");
	evo_text_append_n(out, argument->text.data, argument->text.length);
	evo_text_append(out, loose ? "\\right)" : "");
}

static void fill(struct part *part, unsigned code, const struct part arguments[2])
{
	const struct evo_latex *form = &evo_operation(code)->latex;
	const bool scalars[2] = {arguments[0].scalar, arguments[1].scalar};
	const char *rest = form->tensors;

	if (form->scalars != NULL && (scalars[0] || scalars[1]))
		rest = form->scalars;
	for (const char *place; (place = strchr(rest, '#')) != NULL; rest = place + 2) {
		const bool second = place[1] == '2';

		evo_text_append_n(&part->text, rest, (size_t) (place - rest));
		put_argument(&part->text, &arguments[second], second ? form->second : form->first);
	}
	evo_text_append(&part->text, rest);
	part->is = form->is;
	part->scalar = is_scalar(code, scalars);
}

/* The formula of the subtree at `at`. part is initialised here and the caller's to clear. */
static void write_part(const struct evo_tree *tree, size_t at, struct part *part)
{
	const struct evo_tree_node *node = &tree->nodes[at];
	const struct evo_primitive *row = evo_primitive(node->code);
	struct part arguments[2] = {0};

	evo_text_init(&part->text);
	if (row->arity == 0) {
		part->is = evo_is_number(node->code) ? put_number(&part->text, node->number)
		                                     : put_statistic(&part->text, row->name);
		part->scalar = is_scalar(node->code, NULL);
		return;
	}
	for (size_t i = 0; i < row->arity; i++)
		write_part(tree, evo_tree_argument(tree, at, i), &arguments[i]);
	fill(part, node->code, arguments);
	for (size_t i = 0; i < row->arity; i++)
		evo_text_clear(&arguments[i].text);
}

/* What stands above the root: a network's score is a mean. */
static void write_root(const struct evo_tree *tree, struct part *part)
{
	struct part inner[2] = {0};

	write_part(tree, 0, &inner[0]);
	evo_text_init(&part->text);
	if (evo_tree_level(tree, 0) == EVO_LEVEL_UNIT)
		fill(part, EVO_LAYER_MEAN, inner);
	else if (!inner[0].scalar)
		fill(part, EVO_MEAN, inner);
	else
		put_argument(&part->text, &inner[0], EVO_HOLD_OPEN);
	evo_text_clear(&inner[0].text);
}

static bool has_units(const struct evo_tree *tree)
{
	for (size_t i = 0; i < tree->size; i++) {
		if (evo_primitive(tree->nodes[i].code)->kind == EVO_AGGREGATE)
			return true;
	}
	return evo_tree_level(tree, 0) == EVO_LEVEL_UNIT;
}

/* What the symbols mean, in comments that TeX passes over. */
static void explain(const struct evo_tree *tree, struct evo_text *out)
{
	bool told[EVO_OPERATIONS_END] = {false};

	if (has_units(tree))
		evo_text_append(out, "% u = 1, ..., U: the units (ReLU, convolution, BatchNorm)\n");
	for (size_t i = 0; i < tree->size; i++) {
		const unsigned code = tree->nodes[i].code;
		const struct evo_primitive *row = evo_primitive(code);
		struct evo_text symbol;

		if (told[code] || evo_is_number(code) ||
		    (!evo_is_statistic(code) && !evo_operation(code)->latex.explained))
			continue;
		told[code] = true;
		evo_text_init(&symbol);
		if (evo_is_statistic(code))
			put_statistic(&symbol, row->name);
		else
			evo_text_append(&symbol, row->name);
		evo_text_printf(out, "%% %s: %s\n", symbol.data, row->help);
		evo_text_clear(&symbol);
	}
}

void evo_tree_latex(const struct evo_tree *tree, struct evo_text *out)
{
	struct part part = {0};

	write_root(tree, &part);
	evo_text_append_n(out, part.text.data, part.text.length);
	evo_text_append(out, "\n");
	explain(tree, out);
	evo_text_clear(&part.text);
}
