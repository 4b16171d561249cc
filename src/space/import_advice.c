/*
 * What is probably meant by a table that cannot be taken as it is: other separators, no line of
 * names, numbers as people write them, another space.
 */
#include "config.h"

#include "evoscope/import_rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Architectures --------------------------------------------------------------------------- */

static bool has_form(const char *text, const char *form)
{
	for (; *form != '\0' && *text != '\0'; form++, text++)
		if (*form == '0' ? !isdigit((unsigned char) *text) : *form != *text)
			return false;
	return *form == '\0';
}

const char *evo_import_looks_like(const char *text)
{
	static const char hexadecimal[] = "0123456789abcdef";

	if (strncmp(text, "Genotype(", 9) == 0)
		return "a DARTS genotype";
	if (strncmp(text, "[[(", 3) == 0)
		return "a DARTS genotype, as NAS-Bench-301 is written";
	if (strncmp(text, "[[", 2) == 0)
		return "a NAS-Bench-101 cell";
	if (strlen(text) == 32 && strspn(text, hexadecimal) == 32)
		return "the hash of a NAS-Bench-101 cell";
	if (has_form(text, "00-00000-0_00_000") || has_form(text, "00-0000-"))
		return "a TransNAS-Bench-101 network";
	if (strlen(text) == 7 && strspn(text, "1234") == 7)
		return "the widths of a Channel-Bench-Macro network";
	if (has_form(text, "(0, 0, 0, 0, 0, 0)"))
		return "a cell as NAS-Bench-Suite-Zero numbers its operations; write them by name, "
		       "as |nor_conv_3x3~0|+|none~0|skip_connect~1|+ ...";
	return NULL;
}

static bool is_architecture(const char *text)
{
	for (size_t i = 0; i < evo_space_total(); i++)
		if (evo_space_at(i)->check(text, NULL))
			return true;
	return evo_import_looks_like(text) != NULL;
}

/* ---- Headers --------------------------------------------------------------------------------- */

static size_t count_of(char character, size_t count, char *const *fields)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (const char *at = fields[i]; (at = strchr(at, character)) != NULL; at++)
			found++;
	return found;
}

/* A row where names should be: names of columns are no architectures, and no numbers. */
static const char *first_value(size_t count, char *const *fields)
{
	for (size_t i = 0; i < count; i++)
		if (is_architecture(fields[i]) ||
		    (*fields[i] != '\0' && evo_number_parse(fields[i], &(double){0}, NULL)))
			return fields[i];
	return NULL;
}

char *evo_import_plain(const char *name)
{
	char *out = evo_strdup(name), *to = out;

	for (; *name != '\0'; name++)
		if (isalnum((unsigned char) *name))
			*to++ = (char) tolower((unsigned char) *name);
	*to = '\0';
	return out;
}

/* The column that was meant by one of the names wanted; NULL. */
static const char *meant(size_t count, char *const *fields, const char *const *wanted,
                         size_t wanted_count)
{
	char **names = evo_calloc(count + 1, sizeof(char *));
	const char *found = NULL;

	for (size_t i = 0; i < count; i++)
		names[i] = evo_import_plain(fields[i]);
	for (size_t i = 0; i < wanted_count && found == NULL; i++) {
		char *word = evo_import_plain(wanted[i]);
		size_t nearest = evo_nearest(word, (const char *const *) names, count);

		if (nearest < count && *fields[nearest] != '\0')
			found = fields[nearest];
		free(word);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return found;
}

static void list_names(struct evo_text *out, size_t count, char *const *fields)
{
	size_t listed = 0;

	for (size_t i = 0; i < count && out->length < 300; i++)
		if (*fields[i] != '\0')
			evo_text_printf(out, "%s%.60s", listed++ ? ", " : "", fields[i]);
	if (listed == 0)
		evo_text_append(out, "no names at all");
	else if (listed < count)
		evo_text_append(out, " ...");
}

char *evo_import_header_advice(size_t count, char *const *fields, const char *const *wanted,
                               size_t wanted_count)
{
	const char *value, *name;
	struct evo_text text;

	if (count_of(';', count, fields) >= count)
		return evo_strdup("its columns are parted by semicolons; part them by commas, and "
		                  "write numbers with a point");
	if (count_of('\t', count, fields) >= count)
		return evo_strdup("its columns are parted by tabs; part them by commas");
	value = first_value(count, fields);
	if (value != NULL)
		return evo_format("the first line is a row (\"%.60s\"); put a line with the "
		                  "columns' names before it",
		                  value);
	evo_text_init(&text);
	evo_text_append(&text, "it has ");
	list_names(&text, count, fields);
	name = meant(count, fields, wanted, wanted_count);
	if (name != NULL)
		evo_text_printf(&text, "; is %.60s meant?", name);
	return text.data;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* 1,234 or 12.345.678,9: groups of three digits behind a first one. */
static bool is_grouped(const char *text, char between)
{
	size_t digits, groups = 0;

	text += *text == '-' || *text == '+';
	digits = strspn(text, "0123456789");
	if (digits < 1 || digits > 3)
		return false;
	for (text += digits; *text == between; groups++) {
		digits = strspn(text + 1, "0123456789");
		if (digits != 3)
			return false;
		text += 4;
	}
	return groups > 0 && (*text == '\0' || strchr(".,", *text) != NULL);
}

/* Does a number stand there once the character is something else? */
static bool is_number_with(const char *text, char character, char instead)
{
	char *copy = evo_strdup(text), *to = copy;
	double number;
	bool good;

	for (const char *at = copy; *at != '\0'; at++) {
		if (*at != character)
			*to++ = *at;
		else if (instead != '\0')
			*to++ = instead;
	}
	*to = '\0';
	good = evo_number_parse(evo_import_trim(copy), &number, NULL);
	free(copy);
	return good;
}

static bool is_word(const char *text, const char *const *words, size_t count)
{
	char *small = evo_import_plain(text);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= strcmp(small, words[i]) == 0;
	free(small);
	return found;
}

const char *evo_import_number_advice(const char *text)
{
	static const char *const truths[] = {"true", "false", "yes", "no"};
	static const char *const nothing[] = {"na", "none", "null", "missing"};

	if (strchr(text, '%') != NULL && is_number_with(text, '%', '\0'))
		return "; leave out the percent sign";
	if (is_grouped(text, ',') || is_grouped(text, ' ') || is_grouped(text, '\'') ||
	    is_grouped(text, '_') || (strchr(text, ',') != NULL && is_number_with(text, ',', '.')))
		return "; write nothing between thousands, and a point before decimals";
	if (is_word(text, truths, EVO_COUNT(truths)))
		return "; write 1 or 0 for a truth value";
	if (is_word(text, nothing, EVO_COUNT(nothing)) || strcmp(text, "-") == 0)
		return "; leave the field empty where there is none";
	return "";
}
