/*
 * The tree editor's document under random edits by the thousand.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"

#define DOCUMENTS   50
#define EDITS       400 /* of each: 20000 in all, within the bound of undo */
#define MENU_EVERY  40
#define DONOR_DEPTH 3

static struct ui_menu menu;

/* ---- Edits ----------------------------------------------------------------------------------- */

static struct evo_tree random_tree(struct evo_rng *rng, enum evo_level level, size_t depth)
{
	struct evo_grammar grammar;
	struct evo_tree tree;

	evo_grammar_all(&grammar);
	evo_grammar_classic(&grammar);
	grammar.weight[0] = 10;
	assert_true(evo_tree_random(&grammar, rng, level, depth, false, &tree));
	return tree;
}

static enum evo_level random_level(struct evo_rng *rng)
{
	return evo_rng_below(rng, 2) ? EVO_LEVEL_UNIT : EVO_LEVEL_NETWORK;
}

static unsigned random_code(struct evo_rng *rng)
{
	return (unsigned) evo_rng_below(rng, evo_primitive_count());
}

static bool random_text(struct ui_document *document, struct evo_rng *rng, struct evo_error *err)
{
	const enum ui_part part = evo_rng_below(rng, 8) ? UI_PART_SUBTREE : UI_PART_WHOLE;
	const struct evo_tree tree = random_tree(rng, random_level(rng), DONOR_DEPTH);
	struct evo_text text;
	bool good;

	evo_text_init(&text);
	evo_tree_print(&tree, &text);
	if (evo_rng_below(rng, 4) == 0)
		text.data[evo_rng_below(rng, text.length)] = '(';
	good = ui_document_set_text(document, part, text.data, err);
	evo_text_clear(&text);
	return good;
}

static bool random_edit(struct ui_document *document, struct evo_rng *rng, bool grow,
                        struct evo_error *err)
{
	if (grow && evo_rng_below(rng, 10) < 8)
		return ui_document_insert(document, random_code(rng), err);
	switch (evo_rng_below(rng, 12)) {
	case 0:
	case 1:
	case 2:
		return ui_document_replace(document, random_code(rng), evo_rng_normal(rng), err);
	case 3:
	case 4:
		return ui_document_insert(document, random_code(rng), err);
	case 5:
		return ui_document_delete(document, err);
	case 6:
		return ui_document_swap(document, err);
	case 7:
		return ui_document_cut(document, err);
	case 8:
		ui_document_copy(document);
		ui_document_go(document, evo_rng_below(rng, EVO_TREE_MAX));
		return ui_document_paste(document, err);
	case 9:
		return ui_document_paste(document, err);
	case 10:
		return random_text(document, rng, err);
	default:
		return ui_document_step(document, evo_rng_below(rng, 2), err);
	}
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static void assert_sound(const struct ui_document *document)
{
	const struct evo_tree *tree = ui_document_tree(document);
	struct evo_error err = {0};
	struct evo_tree again;
	struct evo_text text;

	if (!evo_tree_check(tree, &err))
		fail_msg("%s", err.message);
	assert_true(ui_document_cursor(document) < tree->size);
	evo_text_init(&text);
	evo_tree_print(tree, &text);
	if (!evo_tree_parse(text.data, &again, &err))
		fail_msg("%s: %s", text.data, err.message);
	assert_true(evo_tree_equal(tree, &again));
	evo_text_clear(&text);
}

/* Applies every item, and every row of the language that is none: those are refused, or change
   nothing. */
static void check_menu(struct ui_document *document, enum ui_purpose purpose)
{
	struct evo_tree before;
	bool offered[UI_MENU_MAX] = {false};

	evo_tree_copy(&before, ui_document_tree(document));
	ui_menu_fill(&menu, document, purpose, "");
	for (size_t i = 0; i < menu.count; i++) {
		offered[menu.items[i].code] = true;
		assert_true(ui_menu_apply(document, purpose, &menu.items[i], NULL));
		assert_false(evo_tree_equal(ui_document_tree(document), &before));
		assert_sound(document);
		assert_true(ui_document_undo(document, NULL));
		assert_true(evo_tree_equal(ui_document_tree(document), &before));
	}
	for (unsigned code = 1; code < evo_primitive_count(); code++) {
		const struct ui_menu_item item = {.code = code};

		if (offered[code])
			continue;
		ui_menu_apply(document, purpose, &item, NULL);
		assert_true(evo_tree_equal(ui_document_tree(document), &before));
	}
}

static void go_anywhere(struct ui_document *document, struct evo_rng *rng)
{
	ui_document_go(document, evo_rng_below(rng, ui_document_tree(document)->size));
	if (evo_rng_below(rng, 3) == 0)
		ui_document_move(document, (enum ui_move) evo_rng_below(rng, 8));
}

/* One edit, rather one that makes the tree larger or any; returns whether it was refused. */
static bool edit_and_check(struct ui_document *document, struct evo_rng *rng, bool grow)
{
	const size_t changes = ui_document_changes(document);
	struct evo_error err = {0};
	struct evo_tree before;

	go_anywhere(document, rng);
	evo_tree_copy(&before, ui_document_tree(document));
	if (random_edit(document, rng, grow, &err)) {
		const bool same = evo_tree_equal(&before, ui_document_tree(document));

		assert_int_equal(ui_document_changes(document), changes + !same);
		assert_sound(document);
		return false;
	}
	assert_true(err.message[0] != '\0' && strchr(err.message, '\n') == NULL);
	assert_true(evo_tree_equal(&before, ui_document_tree(document)));
	assert_int_equal(ui_document_changes(document), changes);
	return true;
}

static void random_edits_keep_trees_sound(void **state)
{
	size_t refused = 0, large = 0;

	(void) state;
	for (size_t d = 0; d < DOCUMENTS; d++) {
		struct evo_rng rng = evo_rng_stream(20, "document", d);
		const struct evo_tree first = random_tree(&rng, random_level(&rng), 2 + d % 6);
		struct ui_document *document = ui_document_create(&first);
		struct evo_tree last;

		for (size_t i = 0; i < EDITS; i++) {
			refused += edit_and_check(document, &rng, d % 2);
			large += ui_document_tree(document)->size > EVO_TREE_MAX / 2;
			if (i % MENU_EVERY == 0) {
				check_menu(document, UI_TO_REPLACE);
				check_menu(document, UI_TO_INSERT);
			}
		}
		evo_tree_copy(&last, ui_document_tree(document));
		while (ui_document_undo(document, NULL))
			assert_true(ui_document_cursor(document) <
			            ui_document_tree(document)->size);
		assert_true(evo_tree_equal(ui_document_tree(document), &first));
		assert_int_equal(ui_document_changes(document), 0);
		while (ui_document_redo(document, NULL))
			continue;
		assert_true(evo_tree_equal(ui_document_tree(document), &last));
		ui_document_destroy(document);
	}
	/* Neither all nor nothing is refused, and small trees are not all there is. */
	assert_in_range(refused, DOCUMENTS * EDITS / 20, DOCUMENTS * EDITS / 2);
	assert_true(large > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(random_edits_keep_trees_sound),
	};

	/* No names but the program's. */
	setenv("EVOSCOPE_DATA", "/nonexistent", 1);
	return cmocka_run_group_tests_name("document, random edits", tests, NULL, NULL);
}
