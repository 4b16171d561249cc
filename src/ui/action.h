/*
 * Actions: everything a user can do, in one table.
 *
 * Keys, the key line, the mouse's menu, the help screen, the command line and its completion are
 * made from it.
 */
#ifndef EVOSCOPE_UI_ACTION_H
#define EVOSCOPE_UI_ACTION_H

#include "key.h"
#include "layout.h"

#include "evoscope/search.h"

/* Where an action applies: a bit for every pane, and for what can lie over them. */
enum ui_place {
	UI_IN_FITNESS = 1 << UI_PANE_FITNESS,
	UI_IN_POPULATION = 1 << UI_PANE_POPULATION,
	UI_IN_TREE = 1 << UI_PANE_TREE,
	UI_IN_LOG = 1 << UI_PANE_LOG,
	UI_IN_EVOLVE = 15,
	UI_IN_HELP = 1 << 4,
	UI_IN_BENCHMARKS = 1 << 5,
	UI_IN_RUNS = 1 << 6,
	UI_IN_EDIT = 1 << 7,
	UI_IN_MATRIX = 1 << 8,
	UI_IN_SPLITS = 1 << 9,
	UI_IN_NOTHING = 1 << 10, /* the editor while nothing is open */
	UI_IN_COMPARE = UI_IN_MATRIX | UI_IN_SPLITS,
	/* Where the search is controlled by single keys. */
	UI_IN_CONTROL = UI_IN_EVOLVE | UI_IN_COMPARE | UI_IN_BENCHMARKS | UI_IN_RUNS,
	UI_ON_SCREENS = UI_IN_CONTROL | UI_IN_EDIT | UI_IN_NOTHING,
	UI_ANYWHERE = UI_ON_SCREENS | UI_IN_HELP
};

/* What the search is doing, as far as actions care. */
enum ui_when {
	UI_WHEN_IDLE = 1,
	UI_WHEN_GOING = 2,
	UI_WHEN_PAUSED = 4,
	UI_WHEN_ENDED = 8,
	UI_WHEN_OWN = 15,     /* any of these */
	UI_WHEN_WATCHED = 16, /* for the key line: another program drives the search */
	UI_ALWAYS = 31
};
enum ui_when ui_when(enum evo_run_state state);

/* What completes an action's argument on the command line. */
enum ui_argument {
	UI_NO_ARGUMENT,
	UI_EXPRESSION,
	UI_SETTING,
	UI_EXPORT,
	UI_THEME,
	UI_FILE,
	UI_NUMBER,
	UI_NAME,
	UI_CONDITION
};

/*
 * X(id, name, argument, kind, keys, where, when, label, help). name is what the command line takes;
 * argument as help shows it; keys are separated by spaces; label is for the key line ("" keeps it
 * off), which shows rows in this order.
 */
#define UI_ACTIONS(X)                                                                              \
	X(USE, "use", "", UI_NO_ARGUMENT, "Enter", UI_IN_BENCHMARKS, UI_ALWAYS, "use tagged",      \
	  "make a new search of the tagged benchmarks, or of this one")                            \
	X(TAG, "tag", "", UI_NO_ARGUMENT, "Space", UI_IN_BENCHMARKS | UI_IN_MATRIX, UI_ALWAYS,     \
	  "tag", "tag this line, or take the tag away")                                            \
	X(RESUME_RUN, "resume-run", "", UI_NO_ARGUMENT, "Enter", UI_IN_RUNS, UI_ALWAYS,            \
	  "resume it", "go on with this stored search, in place of the present one")               \
	X(EXPORT_RUN, "export-run", "DIR", UI_FILE, "x", UI_IN_RUNS, UI_ALWAYS, "export",          \
	  "write this stored search as CSV files")                                                 \
	X(FRONT, "front", "", UI_NO_ARGUMENT, "f", UI_IN_RUNS, UI_ALWAYS, "front",                 \
	  "show the Pareto front of this stored search, or its population")                        \
	X(DELETE_RUN, "delete-run", "", UI_NO_ARGUMENT, "d Del", UI_IN_RUNS, UI_ALWAYS, "delete",  \
	  "forget this stored search; asks")                                                       \
	X(REPLACE, "replace", "", UI_NO_ARGUMENT, "r Enter", UI_IN_EDIT, UI_ALWAYS, "replace",     \
	  "put something else in the place of this node")                                          \
	X(INSERT, "insert", "", UI_NO_ARGUMENT, "o", UI_IN_EDIT, UI_ALWAYS, "insert above",        \
	  "put something above this node")                                                         \
	X(DELETE, "delete", "", UI_NO_ARGUMENT, "d Del", UI_IN_EDIT, UI_ALWAYS, "delete",          \
	  "delete this node; its argument takes its place")                                        \
	X(SWAP, "swap", "", UI_NO_ARGUMENT, "s", UI_IN_EDIT, UI_ALWAYS, "swap",                    \
	  "swap the arguments of this node")                                                       \
	X(CUT, "cut", "", UI_NO_ARGUMENT, "x", UI_IN_EDIT, UI_ALWAYS, "cut",                       \
	  "cut this subtree out")                                                                  \
	X(COPY_TREE, "copy-tree", "", UI_NO_ARGUMENT, "y", UI_IN_EDIT, UI_ALWAYS, "copy",          \
	  "copy this subtree, to paste it")                                                        \
	X(PASTE, "paste", "", UI_NO_ARGUMENT, "p", UI_IN_EDIT, UI_ALWAYS, "paste",                 \
	  "put what was cut or copied in the place of this subtree")                               \
	X(MORE, "more", "", UI_NO_ARGUMENT, "+ =", UI_IN_EDIT, UI_ALWAYS, "number",                \
	  "make this number larger")                                                               \
	X(LESS, "less", "", UI_NO_ARGUMENT, "-", UI_IN_EDIT, UI_ALWAYS, "",                        \
	  "make this number smaller")                                                              \
	X(TEXT, "text", "EXPRESSION", UI_EXPRESSION, "t", UI_IN_EDIT, UI_ALWAYS, "text",           \
	  "edit this subtree as text")                                                             \
	X(WHOLE_TEXT, "whole-text", "EXPRESSION", UI_EXPRESSION, "T", UI_IN_EDIT, UI_ALWAYS,       \
	  "all text", "edit the whole tree as text")                                               \
	X(UNDO, "undo", "", UI_NO_ARGUMENT, "u", UI_IN_EDIT, UI_ALWAYS, "undo", "undo a change")   \
	X(REDO, "redo", "", UI_NO_ARGUMENT, "U C-r", UI_IN_EDIT, UI_ALWAYS, "redo", "do it again") \
	X(SIMPLIFY, "simplify", "", UI_NO_ARGUMENT, "m", UI_IN_EDIT, UI_ALWAYS, "simplify",        \
	  "drop arguments that have no impact, or do harm")                                        \
	X(INJECT_TREE, "put-in", "", UI_NO_ARGUMENT, "i", UI_IN_EDIT, UI_WHEN_OWN, "inject",       \
	  "put this tree into the next generation")                                                \
	X(SAVE, "save", "NAME", UI_NAME, "w", UI_IN_EDIT, UI_ALWAYS, "save",                       \
	  "keep this tree in the proxy library")                                                   \
	X(NEXT_SIBLING, "next-sibling", "", UI_NO_ARGUMENT, "Tab", UI_IN_EDIT, UI_ALWAYS, "",      \
	  "to the next argument of the same node")                                                 \
	X(PREVIOUS_SIBLING, "previous-sibling", "", UI_NO_ARGUMENT, "S-Tab", UI_IN_EDIT,           \
	  UI_ALWAYS, "", "to the argument before")                                                 \
	X(SPLIT, "split", "", UI_NO_ARGUMENT, "v Enter", UI_IN_MATRIX, UI_ALWAYS, "panes",         \
	  "show the tagged proxies, or this one, in panes of their own")                           \
	X(SORT_HERE, "sort-here", "", UI_NO_ARGUMENT, "o", UI_IN_MATRIX, UI_ALWAYS, "sort",        \
	  "sort by this column; again: the other way round")                                       \
	X(MATRIX, "matrix", "", UI_NO_ARGUMENT, "v Esc", UI_IN_SPLITS, UI_ALWAYS, "matrix",        \
	  "back to the matrix")                                                                    \
	X(NEXT_PANE, "next-pane", "", UI_NO_ARGUMENT, "Tab", UI_IN_SPLITS, UI_ALWAYS, "pane",      \
	  "go to the next pane")                                                                   \
	X(NEXT_BENCHMARK, "next-benchmark", "", UI_NO_ARGUMENT, "b", UI_IN_SPLITS, UI_ALWAYS,      \
	  "benchmark", "show the next benchmark in this pane")                                     \
	X(EDIT_ROW, "edit-row", "", UI_NO_ARGUMENT, "e", UI_IN_COMPARE, UI_ALWAYS, "edit",         \
	  "edit this proxy")                                                                       \
	X(ADD, "add", "EXPRESSION or NAME", UI_EXPRESSION, "a", UI_IN_COMPARE, UI_ALWAYS, "add",   \
	  "add a proxy to the matrix")                                                             \
	X(EXPORT_TABLE, "export-table", "FILE", UI_FILE, "x", UI_IN_COMPARE, UI_ALWAYS, "export",  \
	  "write the complete rows, or those that are tagged, as CSV")                             \
	X(NETWORKS, "networks", "N", UI_NUMBER, "N", UI_IN_COMPARE, UI_ALWAYS, "networks",         \
	  "score on so many networks of each benchmark")                                           \
	X(START, "start", "", UI_NO_ARGUMENT, "s", UI_IN_CONTROL, UI_WHEN_IDLE | UI_WHEN_ENDED,    \
	  "start", "start the search; after its end, a new one")                                   \
	X(RESUME, "resume", "", UI_NO_ARGUMENT, "p s", UI_IN_CONTROL, UI_WHEN_PAUSED, "resume",    \
	  "let a paused search go on")                                                             \
	X(PAUSE, "pause", "", UI_NO_ARGUMENT, "p", UI_IN_CONTROL, UI_WHEN_GOING, "pause",          \
	  "pause the search when the networks at work are finished")                               \
	X(STEP, "step", "", UI_NO_ARGUMENT, "n", UI_IN_CONTROL,                                    \
	  UI_WHEN_IDLE | UI_WHEN_GOING | UI_WHEN_PAUSED, "step",                                   \
	  "compute one generation, then pause")                                                    \
	X(STOP, "stop", "", UI_NO_ARGUMENT, "", UI_IN_CONTROL, UI_WHEN_GOING | UI_WHEN_PAUSED, "", \
	  "end the search; what is complete is kept")                                              \
	X(EDIT, "edit", "", UI_NO_ARGUMENT, "e", UI_IN_EVOLVE | UI_IN_RUNS, UI_ALWAYS, "edit",     \
	  "edit the tree under the cursor")                                                        \
	X(COMPARE, "compare", "", UI_NO_ARGUMENT, "c", UI_IN_EVOLVE | UI_IN_RUNS, UI_ALWAYS,       \
	  "compare", "hold the tree under the cursor against others, on all benchmarks")           \
	X(OPEN, "open", "EXPRESSION or NAME", UI_EXPRESSION, "", UI_ON_SCREENS, UI_ALWAYS, "",     \
	  "edit an expression")                                                                    \
	X(INJECT, "inject", "EXPRESSION or NAME", UI_EXPRESSION, "i", UI_IN_CONTROL, UI_WHEN_OWN,  \
	  "inject", "put an expression into the next generation")                                  \
	X(FILTER, "filter", "TEXT", UI_NO_ARGUMENT, "/", UI_IN_EVOLVE, UI_ALWAYS, "filter",        \
	  "show only rows with a text in expression, origin, #id or those of the parents; "        \
	  "`descends`: from an injected one")                                                      \
	X(FOCUS_NEXT, "focus-next", "", UI_NO_ARGUMENT, "Tab", UI_IN_EVOLVE | UI_IN_RUNS,          \
	  UI_ALWAYS, "pane", "go to the next pane")                                                \
	X(FOCUS_PREVIOUS, "focus-previous", "", UI_NO_ARGUMENT, "S-Tab",                           \
	  UI_IN_EVOLVE | UI_IN_RUNS, UI_ALWAYS, "", "go to the pane before")                       \
	X(GO, "go", "", UI_NO_ARGUMENT, "Enter", UI_IN_EVOLVE,                                     \
	  UI_WHEN_IDLE | UI_WHEN_PAUSED | UI_WHEN_ENDED, "", "start the search, or let it go on")  \
	X(COMMAND, "command", "", UI_NO_ARGUMENT, ":", UI_ANYWHERE, UI_ALWAYS, "command",          \
	  "open the command line; Tab completes")                                                  \
	X(SORT_PREVIOUS, "sort-previous", "", UI_NO_ARGUMENT, "<", UI_IN_POPULATION, UI_ALWAYS,    \
	  "sort", "sort by the column before")                                                     \
	X(SORT_NEXT, "sort-next", "", UI_NO_ARGUMENT, ">", UI_IN_POPULATION, UI_ALWAYS, "",        \
	  "sort by the next column")                                                               \
	X(REVERSE, "reverse", "", UI_NO_ARGUMENT, "r", UI_IN_POPULATION, UI_ALWAYS, "reverse",     \
	  "turn the order round")                                                                  \
	X(NARROW, "zoom-in", "", UI_NO_ARGUMENT, "+ =", UI_IN_FITNESS, UI_ALWAYS, "zoom",          \
	  "plot fewer generations")                                                                \
	X(WIDEN, "zoom-out", "", UI_NO_ARGUMENT, "-", UI_IN_FITNESS, UI_ALWAYS, "",                \
	  "plot more generations")                                                                 \
	X(FOLLOW, "follow", "", UI_NO_ARGUMENT, "f", UI_IN_FITNESS, UI_ALWAYS, "follow",           \
	  "follow the newest generation again, or stop following")                                 \
	X(LOG_X, "log-x", "", UI_NO_ARGUMENT, "x", UI_IN_FITNESS, UI_ALWAYS, "log x",              \
	  "plot generations on a logarithmic or a linear axis")                                    \
	X(LOG_Y, "log-y", "", UI_NO_ARGUMENT, "X", UI_IN_FITNESS, UI_ALWAYS, "log y",              \
	  "plot fitness on a logarithmic or a linear axis")                                        \
	X(BENCHMARK, "benchmark", "", UI_NO_ARGUMENT, "b", UI_IN_EVOLVE, UI_ALWAYS, "benchmark",   \
	  "plot fitness, then each benchmark, then all of them")                                   \
	X(COPY, "copy", "", UI_NO_ARGUMENT, "y", UI_IN_CONTROL, UI_ALWAYS, "copy",                 \
	  "copy the expression under the cursor to the clipboard (OSC 52)")                        \
	X(ZOOM, "zoom", "", UI_NO_ARGUMENT, "z", UI_IN_EVOLVE, UI_ALWAYS, "full",                  \
	  "give this pane the whole screen, or back")                                              \
	X(EVOLVE, "evolve", "", UI_NO_ARGUMENT, "1", UI_ON_SCREENS, UI_ALWAYS, "",                 \
	  "screen 1: watch the search")                                                            \
	X(EDITOR, "editor", "", UI_NO_ARGUMENT, "2", UI_ON_SCREENS, UI_ALWAYS, "",                 \
	  "screen 2: the tree editor")                                                             \
	X(COMPARISON, "comparison", "", UI_NO_ARGUMENT, "3", UI_ON_SCREENS, UI_ALWAYS, "",         \
	  "screen 3: proxies against benchmarks")                                                  \
	X(BENCHMARKS, "benchmarks", "", UI_NO_ARGUMENT, "4", UI_ON_SCREENS, UI_ALWAYS, "",         \
	  "screen 4: benchmarks, and which of them a search is about")                             \
	X(RUNS, "runs", "", UI_NO_ARGUMENT, "5", UI_ON_SCREENS, UI_ALWAYS, "",                     \
	  "screen 5: searches that are stored")                                                    \
	X(NEXT_SCREEN, "next-screen", "", UI_NO_ARGUMENT, "C-n", UI_ON_SCREENS, UI_ALWAYS, "",     \
	  "the next screen")                                                                       \
	X(UP, "up", "", UI_NO_ARGUMENT, "Up k", UI_ANYWHERE, UI_ALWAYS, "", "one line up")         \
	X(DOWN, "down", "", UI_NO_ARGUMENT, "Down j", UI_ANYWHERE, UI_ALWAYS, "", "one line down") \
	X(LEFT, "left", "", UI_NO_ARGUMENT, "Left h",                                              \
	  UI_IN_EVOLVE | UI_IN_RUNS | UI_IN_EDIT | UI_IN_COMPARE, UI_ALWAYS, "",                   \
	  "scroll left; in a plot or a stored search, to earlier generations; in a tree, to the "  \
	  "parent")                                                                                \
	X(RIGHT, "right", "", UI_NO_ARGUMENT, "Right l",                                           \
	  UI_IN_EVOLVE | UI_IN_RUNS | UI_IN_EDIT | UI_IN_COMPARE, UI_ALWAYS, "",                   \
	  "scroll right; in a plot or a stored search, to later ones; in a tree, to the child")    \
	X(PAGE_UP, "page-up", "", UI_NO_ARGUMENT, "PgUp C-b", UI_ANYWHERE, UI_ALWAYS, "",          \
	  "one page up")                                                                           \
	X(PAGE_DOWN, "page-down", "", UI_NO_ARGUMENT, "PgDn C-f", UI_ANYWHERE, UI_ALWAYS, "",      \
	  "one page down")                                                                         \
	X(FIRST, "first", "", UI_NO_ARGUMENT, "Home g", UI_ANYWHERE, UI_ALWAYS, "",                \
	  "to the beginning; in the population, follow the first row")                             \
	X(LAST, "last", "", UI_NO_ARGUMENT, "End G", UI_ANYWHERE, UI_ALWAYS, "", "to the end")     \
	X(WIDER, "wider", "", UI_NO_ARGUMENT, "}", UI_IN_EVOLVE, UI_ALWAYS, "",                    \
	  "move the border between the sides to the right")                                        \
	X(NARROWER, "narrower", "", UI_NO_ARGUMENT, "{", UI_IN_EVOLVE, UI_ALWAYS, "",              \
	  "move it to the left")                                                                   \
	X(LOWER, "lower", "", UI_NO_ARGUMENT, "]", UI_IN_EVOLVE, UI_ALWAYS, "",                    \
	  "move the border above or below this pane down")                                         \
	X(HIGHER, "higher", "", UI_NO_ARGUMENT, "[", UI_IN_EVOLVE, UI_ALWAYS, "", "move it up")    \
	X(BACK, "back", "", UI_NO_ARGUMENT, "Esc", UI_IN_EVOLVE, UI_ALWAYS, "",                    \
	  "drop the filter, or leave full size")                                                   \
	X(SET, "set", "NAME VALUE", UI_SETTING, "", UI_ON_SCREENS, UI_ALWAYS, "",                  \
	  "change a setting of the search")                                                        \
	X(SEED, "seed", "N", UI_NUMBER, "", UI_ON_SCREENS, UI_ALWAYS, "",                          \
	  "the seed of the search to come")                                                        \
	X(EXPORT, "export", "csv DIR", UI_EXPORT, "", UI_ON_SCREENS, UI_ALWAYS, "",                \
	  "write generations, population and front as CSV files")                                  \
	X(THEME, "theme", "NAME", UI_THEME, "", UI_ANYWHERE, UI_ALWAYS, "", "change the colours")  \
	X(SAVE_SCREEN, "save-screen", "FILE", UI_FILE, "", UI_ANYWHERE, UI_ALWAYS, "",             \
	  "write what is on the screen to a file: FILE.svg as a picture, others as text")          \
	X(WAIT, "wait", "WHAT", UI_CONDITION, "", UI_ANYWHERE, UI_ALWAYS, "",                      \
	  "in scripts: wait for `idle`, `generation N`, or `scores`, all that is asked for")       \
	X(REDRAW, "redraw", "", UI_NO_ARGUMENT, "C-l", UI_ANYWHERE, UI_ALWAYS, "",                 \
	  "draw the whole screen anew")                                                            \
	X(MENU, "menu", "", UI_NO_ARGUMENT, "M", UI_ANYWHERE, UI_ALWAYS, "",                       \
	  "what can be done here, to choose from; the right button of the mouse, too")             \
	X(HELP, "help", "", UI_NO_ARGUMENT, "?", UI_ON_SCREENS, UI_ALWAYS, "help",                 \
	  "all keys and commands")                                                                 \
	X(CLOSE, "close", "", UI_NO_ARGUMENT, "q Esc ? Enter", UI_IN_HELP, UI_ALWAYS, "close",     \
	  "close this page")                                                                       \
	X(QUIT, "quit", "", UI_NO_ARGUMENT, "q", UI_ON_SCREENS, UI_ALWAYS, "quit",                 \
	  "leave; asks once while a search is going")

enum ui_action {
#define UI_ACTION_ENUM(id, ...) UI_ACTION_##id,
	UI_ACTIONS(UI_ACTION_ENUM)
#undef UI_ACTION_ENUM
	UI_ACTION_COUNT
};

struct ui_action_row {
	const char *name, *argument;
	enum ui_argument kind;
	const char *keys;
	unsigned where, when;
	const char *label, *help;
};
extern const struct ui_action_row ui_actions[UI_ACTION_COUNT];

/* By the name of its command; an unambiguous beginning will do. The error names the nearest. */
bool ui_action_find(const char *name, size_t length, enum ui_action *action, struct evo_error *err);

/* The action of a key in a place (one bit) at a time (one bit), or UI_ACTION_COUNT. */
enum ui_action ui_action_of_key(uint32_t key, unsigned where, unsigned when);

#define UI_ACTION_KEYS_SIZE 64
/* Keys in place of those of the table; NULL: those of the table. Copied. */
void ui_action_bind(enum ui_action action, const char *keys);
/* Does the key of an action mean another one in some place at some time? */
bool ui_action_conflict(enum ui_action action, uint32_t key, enum ui_action *other);

/* The index-th key of an action, UI_KEY_NONE beyond the last. */
uint32_t ui_action_key(enum ui_action action, size_t index);

/* "s Enter" as people read it: keys separated by ", ". */
void ui_action_keys_text(enum ui_action action, char *out, size_t size);

/* Can it be done in a place at a time by a key, and has it a label? */
bool ui_action_applies(enum ui_action action, unsigned where, unsigned when);

/* Draws the keys of one place alone, in as many lines as they take. */
void ui_key_table(struct ui_area area, unsigned where);

/* Draws the keys that matter in a place at a time, as many as fit; `?` and `q` always. */
void ui_key_line(struct ui_area area, unsigned where, unsigned when);

/* What stands in its place where keys are not those of the table: each with what it does. */
struct ui_hint {
	const char *key, *what;
};
void ui_hint_line(struct ui_area area, const struct ui_hint *hints, size_t count);

#endif
