/*
 * One table has every key of a manifest; reading, writing and checking go through it.
 */
#include "config.h"

#include "evoscope/bench_manifest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	KIND_TEXT,
	KIND_SIZE,
	KIND_NUMBER
};

struct field {
	const char *section, *key;
	enum kind kind;
	bool required;
	size_t offset;
	double min, max; /* of numbers */
};

#define AT(member) offsetof(struct evo_bench_manifest, member)
#define TEXT(section, key, required, member)                                                       \
	{                                                                                          \
		section, key, KIND_TEXT, required, AT(member), 0, 0                                \
	}
#define SIZE(section, key, required, member, min, max)                                             \
	{                                                                                          \
		section, key, KIND_SIZE, required, AT(member), min, max                            \
	}
#define NUMBER(section, key, required, member, min, max)                                           \
	{                                                                                          \
		section, key, KIND_NUMBER, required, AT(member), min, max                          \
	}

static const struct field fields[] = {
        SIZE("benchmark", "format", true, format, 1, EVO_BENCH_FORMAT),
        TEXT("benchmark", "title", true, title),
        TEXT("benchmark", "dataset", true, dataset),
        TEXT("benchmark", "origin", true, origin),
        TEXT("benchmark", "space", true, space),
        NUMBER("benchmark", "ceiling", false, ceiling, -1, 1),
        SIZE("probe", "channels", true, channels, 1, EVO_CHANNELS_MAX),
        SIZE("probe", "cells", true, cells, 1, EVO_CELLS_MAX),
        SIZE("probe", "side", true, side, 1, EVO_SIDE_MAX),
        SIZE("probe", "classes", true, classes, 1, EVO_CLASSES_MAX),
        SIZE("probe", "batch", true, batch, 1, EVO_BATCH_MAX),
        TEXT("images", "source", true, image_source),
        TEXT("images", "title", true, image_title),
        SIZE("images", "count", false, image_count, 1, 100000),
        TEXT("images", "hash", false, image_hash),
        SIZE("images", "classes", false, image_classes, 1, EVO_CLASSES_MAX),
        TEXT("images", "mean", false, image_mean),
        TEXT("images", "deviation", false, image_deviation),
        TEXT("images", "task", false, task),
        SIZE("images", "seed", false, task_seed, 0, EVO_BUILD_SEED_MAX),
        TEXT("training", "program", false, training.program),
        TEXT("training", "command", false, training.command),
        TEXT("training", "processor", false, training.processor),
        TEXT("training", "kernels", false, training.kernels),
        TEXT("training", "date", false, training.date),
        NUMBER("training", "seconds", false, training.seconds, 0, 1e12),
        SIZE("training", "networks", false, training.networks, 1, EVO_BUILD_NETWORKS_MAX),
        SIZE("training", "wanted", false, training.wanted, 1, EVO_BUILD_NETWORKS_MAX),
        SIZE("training", "seeds", false, training.seeds, 1, EVO_BUILD_SEEDS_MAX),
        SIZE("training", "first_seed", false, training.first_seed, 0, EVO_BUILD_SEED_MAX),
        SIZE("training", "train_images", false, training.train_images, 1, EVO_BUILD_IMAGES_MAX),
        SIZE("training", "test_images", false, training.test_images, 1, EVO_BUILD_IMAGES_MAX),
        SIZE("training", "epochs", false, training.epochs, 1, EVO_BUILD_EPOCHS_MAX),
        SIZE("training", "batch", false, training.batch, 1, EVO_BATCH_MAX),
        NUMBER("training", "rate", false, training.rate, 0, EVO_BUILD_RATE_MAX),
        NUMBER("training", "momentum", false, training.momentum, 0, 1),
        NUMBER("training", "weight_decay", false, training.weight_decay, 0, 1e6),
        SIZE("training", "flip", false, training.flip, 0, 1),
        SIZE("training", "shift", false, training.shift, 0, EVO_BUILD_SHIFT_MAX),
        TEXT("training", "train_files", false, training.train_files),
        TEXT("training", "train_labels", false, training.train_labels),
        TEXT("training", "test_files", false, training.test_files),
        TEXT("training", "test_labels", false, training.test_labels),
        TEXT("training", "data", false, data_hash),
        SIZE("training", "lineup_seed", false, sample_seed, 0, EVO_BUILD_SEED_MAX),
};

static char **text_of(struct evo_bench_manifest *manifest, const struct field *field)
{
	return (char **) (void *) ((char *) manifest + field->offset);
}

static size_t *size_of(struct evo_bench_manifest *manifest, const struct field *field)
{
	return (size_t *) (void *) ((char *) manifest + field->offset);
}

static double *number_of(struct evo_bench_manifest *manifest, const struct field *field)
{
	return (double *) (void *) ((char *) manifest + field->offset);
}

void evo_bench_manifest_init(struct evo_bench_manifest *manifest)
{
	*manifest = (struct evo_bench_manifest){0};
	for (size_t i = 0; i < EVO_COUNT(fields); i++) {
		if (fields[i].kind == KIND_SIZE)
			*size_of(manifest, &fields[i]) = EVO_BENCH_ABSENT;
		else if (fields[i].kind == KIND_NUMBER)
			*number_of(manifest, &fields[i]) = NAN;
	}
}

void evo_bench_manifest_clear(struct evo_bench_manifest *manifest)
{
	for (size_t i = 0; i < EVO_COUNT(fields); i++)
		if (fields[i].kind == KIND_TEXT)
			free(*text_of(manifest, &fields[i]));
	evo_bench_manifest_init(manifest);
}

static bool is_absent(const struct evo_bench_manifest *manifest, const struct field *field)
{
	const char *at = (const char *) manifest + field->offset;

	switch (field->kind) {
	case KIND_TEXT:
		return *(char *const *) (const void *) at == NULL;
	case KIND_SIZE:
		return *(const size_t *) (const void *) at == EVO_BENCH_ABSENT;
	case KIND_NUMBER:
		break;
	}
	return isnan(*(const double *) (const void *) at);
}

/* ---- Three numbers --------------------------------------------------------------------------- */

char *evo_bench_manifest_triple(const double *numbers)
{
	struct evo_text text;

	evo_text_init(&text);
	for (size_t i = 0; i < 3; i++) {
		evo_text_append(&text, i ? " " : "");
		evo_text_number(&text, numbers[i]);
	}
	return text.data;
}

bool evo_bench_manifest_triple_read(const char *text, double *numbers)
{
	for (size_t i = 0; i < 3; i++) {
		size_t length = strcspn(text, " ");
		char *word = evo_strndup(text, length);
		bool good = evo_number_parse(word, &numbers[i], NULL) && isfinite(numbers[i]);

		free(word);
		if (!good)
			return false;
		text += length + (text[length] == ' ' && i < 2);
	}
	return *text == '\0';
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct manifest_reader {
	struct evo_bench_manifest *manifest;
	const char *path;
};

static const struct field *find_field(const char *section, const char *key)
{
	for (size_t i = 0; i < EVO_COUNT(fields); i++)
		if (strcmp(fields[i].section, section) == 0 && strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static bool unknown_key(const char *path, const char *section, const char *key, size_t line,
                        struct evo_error *err)
{
	const char *known[EVO_COUNT(fields)];
	size_t count = 0;

	for (size_t i = 0; i < EVO_COUNT(fields); i++)
		if (strcmp(fields[i].section, section) == 0)
			known[count++] = fields[i].key;
	if (count == 0)
		return evo_fail_at(err, EVO_E_INPUT, path, line, 0, "unknown section [%s]",
		                   section);

	char advice[EVO_ADVICE_SIZE];

	return evo_fail_at(err, EVO_E_INPUT, path, line, 0, "unknown key '%s' in [%s]; %s", key,
	                   section,
	                   evo_did_you_mean(key, known, count, "correct or remove it", advice));
}

static bool take_number(const struct manifest_reader *reader, const struct field *field,
                        const char *value, size_t line, struct evo_error *err)
{
	double number;
	char low[EVO_NUMBER_SIZE], high[EVO_NUMBER_SIZE];
	bool good = evo_number_parse(value, &number, NULL) && number >= field->min &&
	            number <= field->max;

	if (good && field->kind == KIND_SIZE)
		good = number == floor(number);
	if (good && field->kind == KIND_SIZE)
		*size_of(reader->manifest, field) = (size_t) number;
	else if (good)
		*number_of(reader->manifest, field) = number;
	if (good)
		return true;
	evo_number_format(field->min, low);
	evo_number_format(field->max, high);
	return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
	                   "%s is \"%s\"; expected a %snumber from %s to %s", field->key, value,
	                   field->kind == KIND_SIZE ? "whole " : "", low, high);
}

static bool take(void *context, const char *section, const char *key, const char *value,
                 size_t line, struct evo_error *err)
{
	const struct manifest_reader *reader = context;
	const struct field *field = find_field(section, key);

	if (field == NULL)
		return unknown_key(reader->path, section, key, line, err);
	if (!is_absent(reader->manifest, field))
		return evo_fail_at(err, EVO_E_INPUT, reader->path, line, 0,
		                   "%s in [%s] appears twice", key, section);
	if (field->kind == KIND_TEXT) {
		*text_of(reader->manifest, field) = evo_strdup(value);
		return true;
	}
	return take_number(reader, field, value, line, err);
}

bool evo_bench_manifest_read(struct evo_bench_manifest *manifest, const char *path,
                             struct evo_error *err)
{
	struct manifest_reader reader = {manifest, path};

	if (!evo_ini_read(path, take, &reader, err))
		return false;
	for (size_t i = 0; i < EVO_COUNT(fields); i++)
		if (fields[i].required && is_absent(manifest, &fields[i]))
			return evo_fail_at(err, EVO_E_INPUT, path, 0, 0, "[%s] has no %s",
			                   fields[i].section, fields[i].key);
	return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* inih reads lines of less than 200 bytes: break at the first space after WRAP, at HARD_WRAP
   wherever that is. */
#define WRAP      80
#define HARD_WRAP 160

/* What would end the line, or begin a comment, becomes something harmless. */
static char plain(char byte, bool begins)
{
	unsigned char code = (unsigned char) byte;

	if (code < ' ' || code == 127)
		return ' ';
	if (byte == ';')
		return ',';
	return begins && byte == '#' ? ' ' : byte;
}

/* A text as one line, or as several of which the later ones are indented; broken between words. The
   blanks at which it is broken are left out, since a reader would. */
static void write_text(FILE *stream, const char *text)
{
	size_t column = 0, blanks = 0;

	for (const char *at = text; *at; at++) {
		char byte = plain(*at, column == 0);

		if (byte == ' ') {
			blanks++;
			continue;
		}
		if ((blanks > 0 && column >= WRAP) || column + blanks >= HARD_WRAP) {
			fputs("\n" EVO_INI_CONTINUED, stream);
			column = 0;
			byte = plain(*at, true);
		}
		for (; column > 0 && blanks > 0; blanks--, column++)
			fputc(' ', stream);
		blanks = 0;
		fputc(byte, stream);
		column++;
	}
	fputc('\n', stream);
}

static void write_field(FILE *stream, const struct evo_bench_manifest *manifest,
                        const struct field *field)
{
	const char *at = (const char *) manifest + field->offset;
	char number[EVO_NUMBER_SIZE];

	fprintf(stream, "%s = ", field->key);
	switch (field->kind) {
	case KIND_TEXT:
		write_text(stream, *(char *const *) (const void *) at);
		return;
	case KIND_SIZE:
		fprintf(stream, "%zu\n", *(const size_t *) (const void *) at);
		return;
	case KIND_NUMBER:
		evo_number_format(*(const double *) (const void *) at, number);
		fprintf(stream, "%s\n", number);
		return;
	}
}

bool evo_bench_manifest_write(const struct evo_bench_manifest *manifest, const char *path,
                              struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);
	const char *section = NULL;

	if (file == NULL)
		return false;

	FILE *stream = evo_file_stream(file);

	for (size_t i = 0; i < EVO_COUNT(fields); i++) {
		if (is_absent(manifest, &fields[i]))
			continue;
		if (section == NULL || strcmp(section, fields[i].section) != 0)
			fprintf(stream, "%s[%s]\n", section != NULL ? "\n" : "", fields[i].section);
		section = fields[i].section;
		write_field(stream, manifest, &fields[i]);
	}
	return evo_file_commit(file, err);
}
