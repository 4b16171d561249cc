/*
 * cli: commands and options, without a screen.
 *
 * Two tables (options.c) say what there is: commands, and options with their argument, limits,
 * default and help line. Parser (parse.c), --help (help.c) and the manual page (manual.c) are made
 * from them. One file a command.
 */
#ifndef EVO_CLI_CLI_H
#define EVO_CLI_CLI_H

#include "evoscope/build.h"
#include "evoscope/import.h"
#include "evoscope/run_config.h"
#include "evoscope/scores.h"

struct evo_run;
struct evo_snapshot;

/* Exit statuses, as the manual has them. */
enum cli_status {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_PARTLY = 3, /* done, but what was left out, failed or went elsewhere was reported */
};

/* ---- What was asked for ---------------------------------------------------------------------- */

struct cli_list {
	const char **items;
	size_t count;
};

/* "3-5", or "3" alone; from 0 to 0: not given. */
struct cli_range {
	size_t first, last;
};

enum cli_progress_mode {
	CLI_PROGRESS_AUTO,
	CLI_PROGRESS_ALWAYS,
	CLI_PROGRESS_NEVER
};

/* Of `show`. */
enum cli_format {
	CLI_FORMAT_TREE,
	CLI_FORMAT_TEXT,
	CLI_FORMAT_DOT,
	CLI_FORMAT_LATEX,
	CLI_FORMAT_PYTORCH
};

/* The values of all options; a command reads those that it takes. Text is borrowed from argv. */
struct cli_options {
	bool help, version;
	bool group; /* only the first word of a command of two was given */

	struct cli_list benchmarks;
	uint64_t seed;
	size_t threads, memory;
	struct evo_probe_options probe;

	const char *preset;
	struct cli_list settings; /* "name=value", in the order of the command line; ours */
	double seconds, target;
	struct cli_list injected;
	const char *csv_folder;
	const char *runs_file;       /* NULL: the user's */
	struct cli_list inject_from; /* runs */
	struct cli_list carry;       /* runs */
	bool final_test;
	const char *resume, *watch;
	bool take_over;
	bool no_store, plain;
	bool quiet;
	size_t progress; /* enum cli_progress_mode */

	bool start, ascii, no_mouse, fixed_clock;
	const char *theme, *script;

	size_t networks; /* 0: all */
	size_t split;    /* enum evo_split */
	size_t repeats;  /* seeds; 0: one */
	bool json;
	const char *table_file, *scores_file, *sheet_file;

	size_t format; /* enum cli_format */

	const char *images, *name;
	const char *source; /* of a proxy */
	bool replace;

	/* Of `benchmarks build`; 0 where it was not said, SIZE_MAX for shift. */
	const char *task, *folder;
	struct cli_list train_files, train_labels, test_files, test_labels;
	size_t architectures, seeds, epochs, train_images, test_images, train_batch, shift;
	double rate;
	bool flip, publish;
	struct cli_range rows;

	struct cli_list given;     /* names of the options that were given */
	struct cli_list arguments; /* what is no option, after the command's name */
	char *command_line;        /* as typed, for the record */
};

/* ---- The tables ------------------------------------------------------------------------------ */

enum cli_command_id {
	CLI_EXPLORER,
	CLI_EVOLVE,
	CLI_SCORE,
	CLI_SHOW,
	CLI_PROXIES,
	CLI_PROXIES_ADD,
	CLI_PROXIES_REMOVE,
	CLI_PROXIES_RENAME,
	CLI_BENCHMARKS_LIST,
	CLI_BENCHMARKS_SHOW,
	CLI_BENCHMARKS_IMPORT,
	CLI_BENCHMARKS_BUILD,
	CLI_BENCHMARKS_REMOVE,
	CLI_RUNS_LIST,
	CLI_RUNS_SHOW,
	CLI_RUNS_EXPORT,
	CLI_RUNS_COPY,
	CLI_RUNS_DELETE,
	CLI_PROFILE,
	CLI_HELP,
	CLI_MANUAL,
	CLI_COMMANDS
};

struct cli_command {
	const char *name;      /* "", "evolve", "benchmarks import" */
	const char *arguments; /* "PROXY..." */
	size_t least, most;    /* arguments; SIZE_MAX: any number */
	bool hidden;           /* in no help */
	const char *summary;   /* one line, no full stop */
	const char *text;      /* a paragraph more, for help and manual; NULL */
};
const struct cli_command *cli_command(enum cli_command_id id);

enum cli_type {
	CLI_FLAG,         /* bool */
	CLI_COUNT,        /* size_t between low and high */
	CLI_COUNT_OR_ALL, /* the same; `all` is 0 */
	CLI_SEED,         /* uint64_t */
	CLI_RANGE,        /* struct cli_range: two sizes between low and high, "A-B", or one */
	CLI_REAL,         /* double between low and high */
	CLI_SECONDS,      /* double: a duration */
	CLI_BYTES,        /* size_t: a size */
	CLI_CHOICE,       /* size_t: index of one of `choices` */
	CLI_TEXT,         /* const char * */
	CLI_LIST,         /* struct cli_list: every one that is given */
	CLI_PAIR,         /* struct cli_list of "name=value" */
	CLI_SETTING       /* the same, for the setting named by `choices` */
};

struct cli_option {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	const char *argument;
	enum cli_type type;
	size_t offset;        /* in struct cli_options */
	double low, high;     /* both 0: not limited here */
	const char *choices;  /* CLI_CHOICE: "a|b|c"; CLI_SETTING: the setting's name */
	unsigned commands;    /* bits 1 << enum cli_command_id */
	const char *fallback; /* the default, in words; NULL: none worth a word */
	const char *help;     /* one line, no full stop */
};
size_t cli_option_count(void);
const struct cli_option *cli_option_at(size_t index);

/* ---- Parser ---------------------------------------------------------------------------------- */

/*
 * Reads a command line. Options may stand before or after what is no option. EVO_E_USAGE, with the
 * nearest option or command named. Clear the options in any case.
 */
bool cli_parse(int argc, char **argv, struct cli_options *options, enum cli_command_id *command,
               struct evo_error *err);
void cli_options_clear(struct cli_options *options);

/* ---- Help ------------------------------------------------------------------------------------ */

/* What help and manual say of a command below its summary; NULL: nothing. Caller frees. */
char *cli_command_text(enum cli_command_id id);
void cli_help(enum cli_command_id command, struct evo_text *out);
/* All commands that begin with the word ("benchmarks"). */
void cli_help_group(const char *word, struct evo_text *out);
/* The manual page's source, in mdoc. */
void cli_manual(struct evo_text *out);

/* ---- Output ---------------------------------------------------------------------------------- */

/* All that people read is printed by these, and by them made harmless (evo_text_harmless). */
/* A line of `before`, which is harmless, and of text. */
void cli_put_line(FILE *stream, const char *before, const char *text);
/* "evoscope: message" on standard error. */
void cli_complain(const char *format, ...) EVO_PRINTF(1, 2);
/* The same with an error's place; returns the exit status for it. */
int cli_report(const struct evo_error *err);
/* Appends a line to what cli_print will be given, made harmless: a line end within what it quotes
   begins no line of its own. */
void cli_append_line(struct evo_text *out, const char *format, ...) EVO_PRINTF(2, 3);
/* A line, or whole lines, on standard output. */
void cli_say(const char *format, ...) EVO_PRINTF(1, 2);
void cli_print(const struct evo_text *text);
/* What programs read (JSON, CSV), as it is. */
void cli_print_data(const struct evo_text *text);
/* Appends words up to column `end`; further lines begin at `indent`. They stand at `column`. */
void cli_wrap(struct evo_text *out, const char *text, size_t column, size_t indent, size_t end);
/* Flushes standard output; false, after saying so, when anything that was written was lost. */
bool cli_output_ok(void);

/* A number with three decimals; "-" for NaN. Appended. */
void cli_number(struct evo_text *out, double number);
/* "1:02:03", "0:38". Appended. */
void cli_clock(struct evo_text *out, double seconds);

/* Columns that line up. */
struct cli_table {
	char **cells; /* harmless */
	size_t columns, count, capacity;
	uint64_t left; /* bit i: column i is text, flush left */
};
void cli_table_init(struct cli_table *table, size_t columns, uint64_t left);
void cli_table_add(struct cli_table *table, const char *cell);
void cli_table_addf(struct cli_table *table, const char *format, ...) EVO_PRINTF(2, 3);
void cli_table_number(struct cli_table *table, double number);
/* Appends the rows, two blanks between columns. width: what a row may take, by shortening texts and
   by leaving out the last columns but `kept` and the first, whose heads (the first row) a line
   below then names; 0: whatever it needs. Width is that on a terminal, where a character may take
   two columns or none. */
void cli_table_print(const struct cli_table *table, size_t width, size_t kept,
                     struct evo_text *out);
void cli_table_clear(struct cli_table *table);

/* Columns of the terminal that standard output is; 0 when it is none. */
size_t cli_width(void);
bool cli_utf8(void); /* may output hold more than ASCII? */

/* ---- Progress, on standard error ------------------------------------------------------------- */

struct cli_progress {
	bool redraw; /* one line, drawn over itself */
	bool plain;  /* lines of their own */
	bool steps;  /* one a step, else one every so many seconds */
	double every, last;
	size_t step;  /* the last one shown */
	size_t drawn; /* columns of the line that stands there */
};
void cli_progress_begin(struct cli_progress *progress, const struct cli_options *options);
/* Is it time for another line? step: a number that changes when there is something to tell. */
bool cli_progress_due(struct cli_progress *progress, size_t step);
void cli_progress_show(struct cli_progress *progress, const char *text);
/* The same with a bar in the room that the line leaves on a terminal; fraction: from 0 to 1. */
void cli_progress_bar(struct cli_progress *progress, double fraction, const char *text);
/* A line that stays. */
void cli_progress_note(struct cli_progress *progress, const char *text);
void cli_progress_end(struct cli_progress *progress);

/* ---- Signals --------------------------------------------------------------------------------- */

/* From now on SIGINT, SIGTERM and SIGHUP (unless it was ignored) are remembered; a second one of
   them kills. */
void cli_signals_catch(void);
int cli_signal(void);            /* the first that came; 0 */
int cli_signal_descriptor(void); /* readable once one came */
/* Dies of the signal after flushing standard output. */
void cli_die_of(int signal);

/* ---- Shared by commands ---------------------------------------------------------------------- */

/* The names asked for: `all` is every one, none the default. Fails on unknown names. */
bool cli_benchmark_names(const struct cli_options *options, struct cli_list *names,
                         struct evo_error *err);
void cli_benchmark_names_clear(struct cli_list *names);
/* The file of stored runs; caller frees. */
char *cli_runs_file(const struct cli_options *options);
/* A search's configuration, a new one's or with --resume a stored one's. Clear it in any case
   (evo_run_config_clear). */
bool cli_run_config(const struct cli_options *options, struct evo_run_config *config,
                    struct evo_error *err);
/* What --resume came with besides: settings and injected expressions, to be sent before START. */
bool cli_run_amend(const struct cli_options *options, struct evo_run *run, struct evo_error *err);
/* Says what evo_run_finish returned, and frees it; the exit status, which was `status` so far. */
int cli_unstored(char *what, int status);
/* JSON objects, a line each: a generation of a search, and what it came to. Appended. */
void cli_generation_line(const struct evo_snapshot *snapshot, size_t index, struct evo_text *out);
void cli_result_line(const struct evo_snapshot *snapshot, struct evo_text *out);
/* An expression beside units, params and eznas-a on the test pools of a search's benchmarks, as
   `evoscope score` prints it. */
int cli_final_test(struct cli_options *options, const struct evo_run_config *config,
                   const char *expression);
/* A search's best and what it is worth, on standard output. */
void cli_search_result(const struct evo_snapshot *snapshot);
/* Appends what help and manual say of the formats of `benchmarks import`. */
void cli_importers_text(struct evo_text *out);
void cli_list_add(struct cli_list *list, const char *item);
/* Sets "name=value". */
bool cli_setting_apply(const char *pair, struct evo_gp_config *config, struct evo_error *err);

/* ---- Commands -------------------------------------------------------------------------------- */

int cli_explorer(struct cli_options *options);
/* The explorer for screen readers: lines in, lines out. */
int cli_plain(struct cli_options *options);
int cli_evolve(struct cli_options *options);
int cli_score(struct cli_options *options);
int cli_show(struct cli_options *options);
int cli_proxies(struct cli_options *options);
int cli_proxies_add(struct cli_options *options);
int cli_proxies_remove(struct cli_options *options);
int cli_proxies_rename(struct cli_options *options);
int cli_benchmarks_list(struct cli_options *options);
int cli_benchmarks_show(struct cli_options *options);
int cli_benchmarks_import(struct cli_options *options);
int cli_benchmarks_build(struct cli_options *options);
int cli_benchmarks_remove(struct cli_options *options);
int cli_runs_list(struct cli_options *options);
int cli_runs_show(struct cli_options *options);
int cli_runs_export(struct cli_options *options);
int cli_runs_copy(struct cli_options *options);
int cli_runs_delete(struct cli_options *options);
int cli_profile(struct cli_options *options);
int cli_help_command(struct cli_options *options);
int cli_manual_command(struct cli_options *options);

#endif
