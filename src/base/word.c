/*
 * Words that were nearly right: edit distance and the nearest name.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Optimal string alignment: three rows of the table are enough to know a swap. */
size_t evo_edit_distance(const char *a, const char *b)
{
	size_t rows = strlen(a), columns = strlen(b);
	size_t *table = evo_calloc(3 * (columns + 1), sizeof(*table));
	size_t *before = table, *above = table + columns + 1, *row = above + columns + 1;

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; i <= rows; i++) {
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			size_t replace = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = min3(above[j] + 1, row[j - 1] + 1, replace);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	size_t distance = row[columns];
	free(table);
	return distance;
}

static char *lower_case(const char *word)
{
	char *copy = evo_strdup(word);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char) (*c - 'A' + 'a');
	return copy;
}

size_t evo_nearest(const char *word, const char *const *names, size_t count)
{
	char *wanted = lower_case(word);
	size_t length = strlen(wanted);
	/* One slip in a short word, one in every three letters of a longer one. */
	size_t least = (length + 2) / 3 + 1;
	size_t nearest = count;

	for (size_t i = 0; i < count; i++) {
		char *name = lower_case(names[i]);
		size_t distance = evo_edit_distance(wanted, name);
		/* A word of which no letter is left is another word. */
		if (distance < least && (distance == 0 || distance < strlen(name))) {
			least = distance;
			nearest = i;
		}
		free(name);
	}
	free(wanted);
	return nearest;
}

const char *evo_did_you_mean(const char *word, const char *const *names, size_t count,
                             const char *otherwise, char out[EVO_ADVICE_SIZE])
{
	size_t nearest = evo_nearest(word, names, count);

	if (nearest == count)
		return otherwise;
	snprintf(out, EVO_ADVICE_SIZE, "did you mean '%s'?", names[nearest]);
	return out;
}
