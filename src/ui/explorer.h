/*
 * The explorer: what its parts share.
 *
 * A screen is a view: one table of callbacks. The explorer asks the view in front to draw, and
 * offers it every action that is not about the search or the explorer itself.
 */
#ifndef EVOSCOPE_UI_EXPLORER_H
#define EVOSCOPE_UI_EXPLORER_H

#include "evoscope/ui.h"

#include "complete.h"
#include "editline.h"
#include "evolve.h"
#include "popup.h"
#include "script.h"
#include "terminal.h"
#include "theme.h"
#include "weigh.h"

struct ui_explorer;

struct ui_view {
	const char *name;
	enum ui_action action;                        /* that brings it to the front */
	void (*open)(struct ui_explorer *explorer);   /* for the first time, or over another */
	void (*enter)(struct ui_explorer *explorer);  /* it comes to the front; NULL */
	void (*update)(struct ui_explorer *explorer); /* there is a new snapshot */
	void (*draw)(struct ui_explorer *explorer, struct ui_surface *surface);
	/* Takes a key before it is looked up among the actions; false: it does not. NULL. */
	bool (*key)(struct ui_explorer *explorer, uint32_t key);
	/* The line that is typed on the screen at the moment; NULL: none. typed: it has changed. */
	struct ui_editline *(*line)(struct ui_explorer *explorer);
	void (*typed)(struct ui_explorer *explorer);
	enum ui_result (*request)(struct ui_explorer *explorer, enum ui_action action,
	                          const char *argument, struct evo_error *err);
	void (*mouse)(struct ui_explorer *explorer, const struct ui_mouse *mouse);
	unsigned (*where)(const struct ui_explorer *explorer); /* one bit of enum ui_place */
	/* The expression under the cursor; NULL when there is none. */
	const struct evo_individual *(*selected)(const struct ui_explorer *explorer);
	/* Readable when there is something for `news`: work of its own, behind the screen. NULL. */
	int (*descriptor)(const struct ui_explorer *explorer);
	/* Is something that it asked for not there yet? NULL. */
	bool (*busy)(const struct ui_explorer *explorer);
	void (*news)(struct ui_explorer *explorer);
	void (*weighed)(struct ui_explorer *explorer); /* the scorer has answers; NULL */
	void (*close)(struct ui_explorer *explorer);
};
extern const struct ui_view ui_evolve_view, ui_edit_view, ui_compare_view, ui_benchmarks_view,
        ui_runs_view, ui_help_view;

/* The main screens, in the order of their keys. */
#define UI_SCREENS 5
extern const struct ui_view *const ui_screens[UI_SCREENS];

/* Who gets the keys. */
enum ui_mode {
	UI_MODE_KEYS,
	UI_MODE_COMMAND,
	UI_MODE_FILTER,
	UI_MODE_MENU,
	UI_MODE_ASK
};

/* What is asked before something is lost: `y` does it, any other key does not. */
struct ui_question {
	enum ui_action action;
	char subject[300]; /* what it is asked about: the action's argument then */
	char text[400];
	const char *otherwise; /* what is said when it is not done */
};

struct ui_explorer {
	struct evo_run_config run_config; /* of the present search; the next one's begins as this */
	struct evo_run *run;
	size_t renewals; /* of the search, by another one */
	struct ui_model model;
	uint64_t next_log, next_seed;

	const struct ui_view *view, *over; /* over lies on top of view; NULL */
	bool opened[UI_SCREENS];
	struct ui_scorer scorer;
	struct ui_evolve evolve;
	struct ui_edit *edit;
	struct ui_compare *compare;
	struct ui_benchmarks *benchmarks;
	struct ui_runs *runs;
	size_t help_top, help_lines, help_page;

	struct ui_surface surface;
	struct ui_theme theme;
	char message[600];
	bool message_bad;
	bool message_waits; /* it is so only until the search before the present one has ended */

	enum ui_mode mode;
	struct ui_editline line;
	struct ui_history history;
	struct ui_candidates candidates;
	size_t candidate;            /* that is in the line; count when none is yet */
	char wrong[480];             /* what is wrong with the line */
	size_t wrong_at;             /* and at which byte of it */
	struct ui_question question; /* that waits for an answer */
	struct ui_popup popup;
	struct ui_script script;
	bool scripted; /* a script's command is being performed */

	bool keys_left; /* more have come than there was time for */
	bool changed;   /* the screen is not as it should be */
	bool ended;     /* the user has quit */
	int signal;     /* that ends the explorer; 0 */
};

/* ---- explorer.c ---- */
void ui_explorer_say(struct ui_explorer *explorer, const char *format, ...) EVO_PRINTF(2, 3);
void ui_explorer_complain(struct ui_explorer *explorer, const struct evo_error *err);
/* Draws the surface as it should be now. */
void ui_explorer_compose(struct ui_explorer *explorer);
/* Takes the newest snapshot and log lines. */
void ui_explorer_refresh(struct ui_explorer *explorer);
const struct ui_view *ui_explorer_front(const struct ui_explorer *explorer);
/* Sees to it that the scorer is there, and of the present search. */
void ui_explorer_scorer(struct ui_explorer *explorer);
/* Brings a main screen to the front. */
void ui_explorer_go(struct ui_explorer *explorer, const struct ui_view *view);
/* What the search is doing, as the key line and the menu see it. */
unsigned ui_explorer_when(const struct ui_explorer *explorer);
/* The status line and the key line of a main screen. */
void ui_explorer_edges(struct ui_explorer *explorer, struct ui_surface *surface,
                       const struct ui_layout *layout, const char *what);
/* Puts a search that is not started in place of the present one. The config is copied, and must not
   be explorer->run_config, which it takes the place of. */
bool ui_explorer_renew(struct ui_explorer *explorer, const struct evo_run_config *config,
                       struct evo_error *err);

/* ---- evolve_view.c ---- */
/* Asks nothing of the scorer any more, which is about to close. */
void ui_evolve_forget(struct ui_explorer *explorer);

/* ---- edit_view.c ---- */
void ui_edit_forget_all(struct ui_explorer *explorer); /* the same */
/* Opens the tree under the cursor, or an expression, in the editor. */
bool ui_edit_selected(struct ui_explorer *explorer, struct evo_error *err);
bool ui_edit_open(struct ui_explorer *explorer, const char *text, struct evo_error *err);
void ui_edit_tree(struct ui_explorer *explorer, const struct evo_tree *tree, const char *name);
/* What an action's line begins with when it comes from a key. False: with nothing. */
bool ui_edit_line(const struct ui_explorer *explorer, enum ui_action action, struct evo_text *out);

/* ---- compare_view.c ---- */
/* Adds the tree under the cursor to the matrix, and shows it. */
bool ui_compare_selected(struct ui_explorer *explorer, struct evo_error *err);

/* ---- perform.c ---- */
/* Does an action; argument NULL when it came from a key. */
bool ui_perform(struct ui_explorer *explorer, enum ui_action action, const char *argument,
                struct evo_error *err);
/* A command line without its colon. The error's column counts from the line's beginning. */
bool ui_perform_line(struct ui_explorer *explorer, const char *line, struct evo_error *err);

/* ---- input.c ---- */
void ui_input_key(struct ui_explorer *explorer, uint32_t key);
void ui_input_mouse(struct ui_explorer *explorer, const struct ui_mouse *mouse);
void ui_input_open(struct ui_explorer *explorer, enum ui_mode mode, const char *text);
void ui_input_menu(struct ui_explorer *explorer, int x, int y); /* near a point of the screen */
/* A question before something is done: subject is what it is about, "" when that is clear. On `y`
   the action is performed with that as its argument; else otherwise, a constant, is said. */
void ui_input_ask(struct ui_explorer *explorer, enum ui_action action, const char *subject,
                  const char *otherwise, const char *question, ...) EVO_PRINTF(5, 6);
/* What was pasted. */
void ui_input_paste(struct ui_explorer *explorer, const struct ui_paste *paste);
/* What lies over the screen in this mode: a menu, or what the message line and the key line say. */
void ui_input_draw(struct ui_explorer *explorer, struct ui_surface *surface);

#endif
