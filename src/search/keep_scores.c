/*
 * Scores of a generation under way, network by network. They belong to trees, by their hashes, and
 * to networks, so that it does not matter in which rounds and passes they came about.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/score_key.h"
#include "keeper.h"

/* ---- Rows ------------------------------------------------------------------------------------ */

static void scored_init(struct evo_scored *scored)
{
	evo_text_init(&scored->trees);
	evo_text_init(&scored->columns);
	evo_text_init(&scored->scores);
}

static void scored_clear(struct evo_scored *scored)
{
	evo_text_clear(&scored->trees);
	evo_text_clear(&scored->columns);
	evo_text_clear(&scored->scores);
}

static void add_column(struct evo_scored *scored, const struct evo_keep_rows *rows, size_t all,
                       size_t column)
{
	evo_pack_integer(&scored->columns, column);
	for (size_t i = 0; i < rows->count; i++)
		evo_pack_doubles(&scored->scores, &rows->scores[rows->rows[i] * all + column], 1);
}

static bool put_row(struct evo_run *run, int64_t position, const struct evo_scored *scored,
                    struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	return evo_database_do(
	        &keeper->database, "INSERT OR REPLACE INTO scored VALUES (?,?,?,?,?,?)",
	        EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(position),
	                   EVO_INTEGER(evo_score_key_machine().hash[0]), EVO_BYTES(&scored->trees),
	                   EVO_BYTES(&scored->columns), EVO_BYTES(&scored->scores)),
	        err);
}

/* ---- Keeping --------------------------------------------------------------------------------- */

void evo_keep_scores(struct evo_run *run, const struct evo_keep_rows *rows, const size_t *columns,
                     size_t count)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_scored scored;
	if (keeper == NULL || !keeper->owned || count == 0)
		return;
	scored_init(&scored);
	for (size_t i = 0; i < rows->count; i++)
		evo_pack_integer(&scored.trees, evo_tree_hash(rows->trees[i]));
	struct evo_scored *last =
	        keeper->scored_count > 0 ? &keeper->scored[keeper->scored_count - 1] : NULL;
	if (last == NULL || last->trees.length != scored.trees.length ||
	    memcmp(last->trees.data, scored.trees.data, scored.trees.length) != 0) {
		keeper->scored = evo_realloc(keeper->scored, keeper->scored_count + 1,
		                             sizeof(*keeper->scored));
		last = &keeper->scored[keeper->scored_count++];
		*last = scored;
	} else {
		scored_clear(&scored);
	}
	for (size_t i = 0; i < count; i++)
		add_column(last, rows, run->cases.network_count, columns[i]);
}

bool evo_keep_put_scores(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	bool good = true;
	for (size_t i = 0; good && i < keeper->scored_count; i++)
		good = put_row(run, keeper->position + 1 + (int64_t) i, &keeper->scored[i], err);
	return good &&
	       evo_database_do(&keeper->database, "UPDATE runs SET elapsed = ? WHERE id = ?",
	                       EVO_VALUES(EVO_REAL(evo_run_elapsed(run)), EVO_INTEGER(keeper->id)),
	                       err);
}

void evo_keep_drop_scores(struct evo_keeper *keeper)
{
	for (size_t i = 0; i < keeper->scored_count; i++)
		scored_clear(&keeper->scored[i]);
	free(keeper->scored);
	keeper->scored = NULL;
	keeper->scored_count = 0;
}

/* Scores of the references on those networks on which they have been scored. */
static bool put_references(struct evo_run *run, struct evo_error *err)
{
	const struct evo_tree *trees[EVO_REFERENCES];
	size_t lines[EVO_REFERENCES];
	struct evo_scored scored;
	struct evo_keep_rows rows = {.trees = trees,
	                             .rows = lines,
	                             .count = EVO_REFERENCES,
	                             .scores = run->reference_scores};
	scored_init(&scored);
	for (size_t i = 0; i < EVO_REFERENCES; i++) {
		trees[i] = &run->references[i];
		lines[i] = i;
		evo_pack_integer(&scored.trees, evo_tree_hash(trees[i]));
	}
	for (size_t i = 0; i < run->cases.network_count; i++)
		if (!evo_score_is_pending(run->reference_scores[i]))
			add_column(&scored, &rows, run->cases.network_count, i);
	bool good = put_row(run, 0, &scored, err);
	scored_clear(&scored);
	return good;
}

bool evo_keep_renew_scores(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	if (!evo_database_do(&keeper->database, "DELETE FROM scored WHERE run = ? AND position > 0",
	                     EVO_VALUES(EVO_INTEGER(keeper->id)), err))
		return false;
	return keeper->references || run->reference_scores == NULL || put_references(run, err);
}

/* ---- Recalling ------------------------------------------------------------------------------- */

/* Where the tree's scores are; NULL: none were kept. Trees are asked for in the order in which they
   were kept, more or less: the search begins at *next, and leaves there what follows. */
static double *find(const struct evo_run *run, uint64_t tree, size_t *next)
{
	const struct evo_keeper *keeper = run->keeper;
	for (size_t i = 0; i < keeper->recalled_count; i++) {
		const size_t at = (*next + i) % keeper->recalled_count;
		if (keeper->recalled_trees[at] == tree) {
			*next = at + 1;
			return keeper->recalled + at * run->cases.network_count;
		}
	}
	return NULL;
}

static double *find_or_add(struct evo_run *run, uint64_t tree, size_t *next)
{
	struct evo_keeper *keeper = run->keeper;
	const size_t all = run->cases.network_count;
	double *row = find(run, tree, next);
	if (row != NULL)
		return row;
	keeper->recalled_trees = evo_realloc(keeper->recalled_trees, keeper->recalled_count + 1,
	                                     sizeof(*keeper->recalled_trees));
	keeper->recalled = evo_realloc(keeper->recalled, (keeper->recalled_count + 1) * all,
	                               sizeof(*keeper->recalled));
	keeper->recalled_trees[keeper->recalled_count] = tree;
	row = keeper->recalled + keeper->recalled_count++ * all;
	for (size_t i = 0; i < all; i++)
		row[i] = evo_score_pending();
	return row;
}

/* One row of the table; a damaged one is left out. */
static void take_row(struct evo_run *run, struct evo_rows *rows)
{
	size_t trees, columns, scores, next = 0;
	const unsigned char *tree = evo_rows_bytes(rows, 0, &trees);
	const unsigned char *column = evo_rows_bytes(rows, 1, &columns);
	const unsigned char *score = evo_rows_bytes(rows, 2, &scores);
	trees /= 8;
	columns /= 8;
	if (scores != trees * columns * 8)
		return;
	for (size_t t = 0; t < trees; t++) {
		double *row = find_or_add(run, evo_unpack_integer(tree + 8 * t), &next);
		for (size_t i = 0; i < columns; i++) {
			uint64_t at = evo_unpack_integer(column + 8 * i);
			if (at < run->cases.network_count)
				evo_unpack_doubles(score + 8 * (i * trees + t), &row[at], 1);
		}
	}
}

bool evo_keep_load_scores(struct evo_run *run, struct evo_error *err)
{
	struct evo_keeper *keeper = run->keeper;
	struct evo_rows rows;
	evo_rows_open(
	        &rows, &keeper->database,
	        "SELECT trees, columns, scores, position FROM scored"
	        " WHERE run = ? AND machine = ? ORDER BY position",
	        EVO_VALUES(EVO_INTEGER(keeper->id), EVO_INTEGER(evo_score_key_machine().hash[0])));
	while (evo_rows_next(&rows)) {
		take_row(run, &rows);
		keeper->position = evo_rows_integer(&rows, 3);
	}
	return evo_rows_close(&rows, err);
}

void evo_keep_drop_recalled(struct evo_keeper *keeper)
{
	free(keeper->recalled_trees);
	free(keeper->recalled);
	keeper->recalled_trees = NULL;
	keeper->recalled = NULL;
	keeper->recalled_count = 0;
}

void evo_keep_recall(const struct evo_run *run, const struct evo_keep_rows *rows,
                     const size_t *columns, size_t count)
{
	const size_t all = run->cases.network_count;
	size_t next = 0;
	if (run->keeper == NULL || run->keeper->recalled_count == 0)
		return;
	for (size_t t = 0; t < rows->count; t++) {
		const double *known = find(run, evo_tree_hash(rows->trees[t]), &next);
		double *row = rows->scores + rows->rows[t] * all;
		for (size_t i = 0; known != NULL && i < count; i++)
			if (evo_score_is_pending(row[columns[i]]))
				row[columns[i]] = known[columns[i]];
	}
}
