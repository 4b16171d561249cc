/*
 * Trees as formulas in LaTeX math.
 *
 * A form is LaTeX with #1 and #2 where the arguments go. Each place says how tightly an argument
 * has to hold together to stand there without parentheses, and each form how tightly it does.
 */
#include "config.h"
#include "export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From the loosest to the tightest. */
enum hold {
	OPEN,    /* \sum_{u} a: takes in what follows */
	SUM,     /* a + b, -a */
	PRODUCT, /* a \odot b */
	POWER,   /* a^{2}: takes no further exponent */
	ATOM     /* f(a) */
};

struct form {
	const char *tensors; /* of tensors */
	const char *scalars; /* where an argument is a scalar for sure; NULL: the same */
	enum hold is, first, second;
	bool explained; /* with the help of the primitive: it says more than its form */
};

#define CALL(name) name "\\left(#1\\right)"
#define WORD(name) CALL("\\mathrm{" name "}")
/* Of what has a tensor in a unit, an aggregate takes the mean. */
#define OF_MEANS(fold) fold "\\,\\mathrm{mean}\\left(#1\\right)"

#define ROW(code) [(code) -EVO_FIRST_OPERATION]

/* clang-format off */
static const struct form forms[EVO_OPERATIONS_END - EVO_FIRST_OPERATION] = {
	ROW(EVO_ADD) = {"#1 + #2", NULL, SUM, SUM, PRODUCT, false},
	ROW(EVO_SUB) = {"#1 - #2", NULL, SUM, SUM, PRODUCT, false},
	ROW(EVO_MUL) = {"#1 \\odot #2", "#1 \\cdot #2", PRODUCT, PRODUCT, POWER, false},
	ROW(EVO_DIV) = {"\\frac{#1}{#2}", NULL, PRODUCT, OPEN, OPEN, false},
	ROW(EVO_MIN2) = {"\\min\\left(#1, #2\\right)", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_MAX2) = {"\\max\\left(#1, #2\\right)", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_LT) = {"\\mathbf{1}\\left[#1 < #2\\right]", NULL, ATOM, SUM, SUM, false},
	ROW(EVO_GT) = {"\\mathbf{1}\\left[#1 > #2\\right]", NULL, ATOM, SUM, SUM, false},
	ROW(EVO_EQ) = {"\\mathbf{1}\\left[#1 = #2\\right]", NULL, ATOM, SUM, SUM, false},
	ROW(EVO_ABS) = {"\\left|#1\\right|", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_NEG) = {"-#1", NULL, SUM, PRODUCT, OPEN, false},
	ROW(EVO_SQUARE) = {"#1^{\\odot 2}", "#1^{2}", POWER, ATOM, OPEN, false},
	ROW(EVO_SQRT) = {"\\sqrt{\\left|#1\\right|}", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_EXP) = {CALL("\\exp"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_LOG) = {CALL("\\log"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_ABSLOG) = {"\\left|\\log\\left|#1\\right|\\right|", NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_INV) = {"\\frac{1}{#1}", NULL, PRODUCT, OPEN, OPEN, false},
	ROW(EVO_RELU) = {WORD("ReLU"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_SIGMOID) = {CALL("\\sigma"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_TANH) = {CALL("\\tanh"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_SIGN) = {WORD("sgn"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_GT0) = {"\\mathbf{1}\\left[#1 > 0\\right]", NULL, ATOM, SUM, OPEN, false},
	ROW(EVO_LT0) = {"\\mathbf{1}\\left[#1 < 0\\right]", NULL, ATOM, SUM, OPEN, false},
	ROW(EVO_ONES) = {WORD("ones"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_ZEROS) = {WORD("zeros"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_NORMALIZE) = {WORD("normalize"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_SOFTMAX) = {WORD("softmax"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_BY_CHANNEL) = {WORD("by\\_channel"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_SUM) = {WORD("sum"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_MEAN) = {WORD("mean"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_L1) = {"\\mathrm{mean}\\left|#1\\right|", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_FROB) = {"\\left\\lVert #1\\right\\rVert_{F}", NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_STD) = {WORD("std"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_NUMEL) = {WORD("numel"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_HAMMING) = {"d_{\\mathrm{H}}\\left(#1, #2\\right)", NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_KLDIV) = {"D_{\\mathrm{KL}}\\left(#2\\,\\middle\\|\\,\\exp\\left(#1\\right)\\right)",
	                  NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_COSINE) = {"\\mathrm{cosine}\\left(#1, #2\\right)", NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_EIGRATIO) = {WORD("eigratio"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_DISTINCT) = {WORD("distinct"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_JACOV) = {WORD("jacov"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_GRAM) = {WORD("gram"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_CORR) = {WORD("corr"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_AGREE) = {WORD("agree"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_DET) = {CALL("\\det"), NULL, ATOM, OPEN, OPEN, false},
	ROW(EVO_LOGDET) = {CALL("\\log\\det"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_LOGABSDET) = {"\\log\\left|\\det\\left(#1\\right)\\right|", NULL, ATOM, OPEN, OPEN,
	                      false},
	ROW(EVO_LOGDET1P) = {"\\log\\left|\\det\\left(I + #1\\right)\\right|", NULL, ATOM, PRODUCT,
	                     OPEN, false},
	ROW(EVO_EIGMIN) = {CALL("\\lambda_{\\min}"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_EIGMAX) = {CALL("\\lambda_{\\max}"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_EIGENTROPY) = {WORD("eigentropy"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_MATMUL) = {"#1\\,#2", NULL, PRODUCT, POWER, POWER, true},
	ROW(EVO_PLANE_MEAN) = {CALL("\\mathrm{mean}_{hw}"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_LAYER_MEAN) = {OF_MEANS("\\frac{1}{U}\\sum_{u}"), "\\frac{1}{U}\\sum_{u} #1", OPEN,
	                       PRODUCT, OPEN, false},
	ROW(EVO_LAYER_SUM) = {OF_MEANS("\\sum_{u}"), "\\sum_{u} #1", OPEN, PRODUCT, OPEN, false},
	ROW(EVO_LAYER_MAX) = {OF_MEANS("\\max_{u}"), "\\max_{u} #1", OPEN, PRODUCT, OPEN, false},
	ROW(EVO_LAYER_MIN) = {OF_MEANS("\\min_{u}"), "\\min_{u} #1", OPEN, PRODUCT, OPEN, false},
	ROW(EVO_LAYER_STD) = {OF_MEANS("\\mathrm{std}_{u}"), CALL("\\mathrm{std}_{u}"), OPEN, OPEN,
	                      OPEN, true},
	ROW(EVO_LAYER_FIRST) = {OF_MEANS("\\mathrm{first}_{u}"), CALL("\\mathrm{first}_{u}"), OPEN,
	                        OPEN, OPEN, true},
	ROW(EVO_LAYER_LAST) = {OF_MEANS("\\mathrm{last}_{u}"), CALL("\\mathrm{last}_{u}"), OPEN, OPEN,
	                       OPEN, true},
	ROW(EVO_LAYER_COUNT) = {CALL("\\mathrm{count}_{u}"), NULL, ATOM, OPEN, OPEN, true},
	ROW(EVO_LAYER_TOTAL) = {"\\sum_{u} #1", NULL, OPEN, PRODUCT, OPEN, true},
};
/* clang-format on */

/* ---- Which subtrees are scalars, whatever the network ---------------------------------------- */

/* arguments: whether they are; for operations only. */
static bool is_scalar(unsigned code, const bool *arguments)
{
	if (evo_is_number(code) || evo_is_network_scalar(code))
		return true;
	if (evo_is_statistic(code))
		return false;
	switch (evo_operation_shape(code)) {
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
static enum hold put_statistic(struct evo_text *out, const char *name)
{
	const char *dot = strchr(name, '.');
	const size_t length = dot ? (size_t) (dot - name) : strlen(name);
	const bool gradient = dot && length > 1 && name[0] == 'g';
	const size_t skipped = gradient ? 1 : 0;

	if (gradient)
		evo_text_append(out, "g_{");
	if (length - skipped == 1)
		evo_text_append_n(out, name + skipped, 1);
	else
		put_word(out, name + skipped, length - skipped);
	if (gradient)
		evo_text_append(out, "}");
	if (!dot)
		return ATOM;
	evo_text_printf(out, "^{%s}", dot + 1);
	return POWER;
}

/* 2e-05 is 2 \cdot 10^{-5}, and 1e-05 is 10^{-5}. */
static enum hold put_number(struct evo_text *out, double number)
{
	char digits[EVO_NUMBER_SIZE];
	char *exponent;
	bool power;

	evo_number_format(fabs(number), digits);
	exponent = strchr(digits, 'e');
	if (exponent)
		*exponent = '\0';
	power = exponent && strcmp(digits, "1") == 0;
	evo_text_printf(out, "%s%s", signbit(number) ? "-" : "", power ? "" : digits);
	if (exponent)
		evo_text_printf(out, "%s10^{%ld}", power ? "" : " \\cdot ",
		                strtol(exponent + 1, NULL, 10));
	if (signbit(number))
		return SUM;
	return power ? POWER : exponent ? PRODUCT : ATOM;
}

/* ---- The formula ----------------------------------------------------------------------------- */

struct part {
	struct evo_text text;
	enum hold is;
	bool scalar;
};

static void put_argument(struct evo_text *out, const struct part *argument, enum hold wanted)
{
	const bool loose = argument->is < wanted;

	evo_text_append(out, loose ? "\\left(" : "");
	evo_text_append_n(out, argument->text.data, argument->text.length);
	evo_text_append(out, loose ? "\\right)" : "");
}

static void fill(struct part *part, unsigned code, const struct part arguments[2])
{
	const struct form *form = &forms[code - EVO_FIRST_OPERATION];
	const bool scalars[2] = {arguments[0].scalar, arguments[1].scalar};
	const char *rest = form->tensors;

	if (form->scalars && (scalars[0] || scalars[1]))
		rest = form->scalars;
	for (const char *place; (place = strchr(rest, '#')); rest = place + 2) {
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
		put_argument(&part->text, &inner[0], OPEN);
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
		    (!evo_is_statistic(code) && !forms[code - EVO_FIRST_OPERATION].explained))
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
