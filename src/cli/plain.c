/*
 * The explorer in plain lines, for screen readers: commands are read from standard input, a line
 * each, and answers are words. No glyphs, nothing is drawn over, nothing moves.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evoscope/search.h"
#include "cli.h"

#define SHOWN 10 /* rows where no number is given */

struct plain {
	struct evo_run *run;
	const struct evo_snapshot *snapshot; /* the newest, held */
	uint64_t next_log;
	char line[4096]; /* input so far */
	size_t length;
	bool input_ended, over;
};

/* Whoever listens hears every line as it comes. */
#define say(...) (cli_say(__VA_ARGS__), fflush(stdout))

/* ---- What commands do ------------------------------------------------------------------------ */

/* Said in a word: a dash is not heard. */
static void tau_words(double tau, char *out, size_t size)
{
	if (isnan(tau))
		snprintf(out, size, "undefined");
	else
		snprintf(out, size, "%+.3f", tau);
}

static void tell_status(struct plain *plain)
{
	const struct evo_snapshot *s = plain->snapshot;
	say("The search %s, preset %s, seed %llu, is %s. Generation %zu of %zu is complete.",
	    s->run, s->preset, (unsigned long long) s->seed, evo_run_state_name(s->state),
	    s->generation, s->generations);
	if (*s->phase)
		say("Now: %s, %zu of %zu.", s->phase, s->phase_done, s->phase_total);
	if (s->history_count) {
		const struct evo_generation *last = &s->history[s->history_count - 1];
		char validation[24];
		tau_words(last->best_validation, validation, sizeof(validation));
		say("Best fitness %.3f, validation %s, mean %.3f.", last->best, validation,
		    last->mean);
	}
	if (*s->error)
		say("Error: %s", s->error);
}

static void tell_individual(size_t rank, const struct evo_individual *one)
{
	struct evo_text text;
	evo_text_init(&text);
	evo_tree_print(&one->tree, &text);
	say("%zu. fitness %.3f, size %zu, %s%s: %s", rank, one->fitness, one->tree.size,
	    evo_origin_name(one->origin), one->descends && !one->injected ? ", of injected" : "",
	    text.data);
	evo_text_clear(&text);
}

static void tell_list(const struct evo_individual *const *list, size_t count, const char *argument)
{
	int64_t most = SHOWN;
	struct evo_error err = {0};
	if (*argument && !evo_integer_parse(argument, 1, 100000, &most, &err))
		say("%s", err.message);
	else if (count == 0)
		say("There is none before the first generation is complete.");
	else
		for (size_t i = 0; i < count && i < (size_t) most; i++)
			tell_individual(i + 1, list[i]);
}

static void tell_population(struct plain *plain, const char *argument)
{
	tell_list(plain->snapshot->population, plain->snapshot->population_count, argument);
}

static void tell_front(struct plain *plain, const char *argument)
{
	const size_t pick = evo_snapshot_pick(plain->snapshot);
	tell_list(plain->snapshot->front, plain->snapshot->front_count, argument);
	if (pick >= plain->snapshot->front_count)
		return;
	say("To take, the best on train and validation networks together:");
	tell_individual(pick + 1, plain->snapshot->front[pick]);
}

static void tell_best(struct plain *plain, const char *argument)
{
	const struct evo_snapshot *s = plain->snapshot;
	(void) argument;
	tell_list(s->population, s->population_count, "1");
	for (size_t i = 0; s->population_count && i < s->case_count; i++) {
		char train[24], validation[24];
		tau_words(s->population[0]->tau[EVO_SIDE_TRAIN][i], train, sizeof(train));
		tau_words(s->population[0]->tau[EVO_SIDE_VALIDATION][i], validation,
		          sizeof(validation));
		say("On %s: Kendall tau %s on %zu train networks, %s on %zu validation networks.",
		    s->cases[i].name, train, s->cases[i].train, validation, s->cases[i].validation);
	}
}

static void send(struct plain *plain, enum evo_command_kind kind, const char *argument)
{
	struct evo_error err = {0};
	if (evo_run_send(plain->run, kind, argument, &err))
		say("Asked for.");
	else
		say("%s", err.message);
}

static void export_csv(struct plain *plain, const char *folder)
{
	struct evo_error err = {0};
	if (evo_run_export(plain->snapshot, folder, &err))
		say("Wrote generations.csv, population.csv and front.csv to %s.", folder);
	else
		say("%s", err.message);
}

static void status(struct plain *plain, const char *argument)
{
	(void) argument;
	tell_status(plain);
}

static void quit(struct plain *plain, const char *argument)
{
	(void) argument;
	plain->over = true;
}

static void help(struct plain *plain, const char *argument);

/* kind: of what is sent to the search, where there is no function. */
static const struct {
	const char *name, *argument, *help;
	enum evo_command_kind kind;
	void (*run)(struct plain *plain, const char *argument);
	bool needs; /* the argument */
} commands[] = {
        {"start", "", "start the search", EVO_COMMAND_START, NULL, false},
        {"pause", "", "pause it", EVO_COMMAND_PAUSE, NULL, false},
        {"resume", "", "let it go on", EVO_COMMAND_RESUME, NULL, false},
        {"step", "", "compute one generation, then pause", EVO_COMMAND_STEP, NULL, false},
        {"stop", "", "end it; what is complete is kept", EVO_COMMAND_STOP, NULL, false},
        {"inject", "EXPRESSION", "put an expression into the next generation", EVO_COMMAND_INJECT,
         NULL, true},
        {"set", "NAME VALUE", "change a setting of the search", EVO_COMMAND_SET, NULL, true},
        {"status", "", "how it goes", EVO_COMMAND_START, status, false},
        {"best", "", "the best expression and what it is worth", EVO_COMMAND_START, tell_best,
         false},
        {"population", "[N]", "the best N individuals", EVO_COMMAND_START, tell_population, false},
        {"front", "[N]", "the best of every size", EVO_COMMAND_START, tell_front, false},
        {"export", "DIR", "write CSV files", EVO_COMMAND_EXPORT, export_csv, true},
        {"help", "", "this list", EVO_COMMAND_START, help, false},
        {"quit", "", "leave; a search that is going ends", EVO_COMMAND_STOP, quit, false},
};

static void help(struct plain *plain, const char *argument)
{
	(void) plain;
	(void) argument;
	for (size_t i = 0; i < EVO_COUNT(commands); i++)
		say("%s%s%s: %s", commands[i].name, *commands[i].argument ? " " : "",
		    commands[i].argument, commands[i].help);
}

static void perform(struct plain *plain, char *line)
{
	const char *names[EVO_COUNT(commands)];
	line += strspn(line, " :");
	size_t length = strcspn(line, " ");
	char *argument = line + length + strspn(line + length, " ");
	line[length] = '\0';
	if (*line == '\0')
		return;
	for (size_t i = 0; i < EVO_COUNT(commands); i++) {
		names[i] = commands[i].name;
		if (strcmp(line, names[i]))
			continue;
		if (commands[i].needs && !*argument)
			say("%s needs %s.", names[i], commands[i].argument);
		else if (commands[i].run != NULL)
			commands[i].run(plain, argument);
		else
			send(plain, commands[i].kind, *argument ? argument : NULL);
		return;
	}
	char advice[EVO_ADVICE_SIZE];
	say("There is no command '%s'; %s", line,
	    evo_did_you_mean(line, names, EVO_COUNT(commands), "help lists them.", advice));
}

/* ---- The loop -------------------------------------------------------------------------------- */

static void take_news(struct plain *plain)
{
	static const char *const words[] = {[EVO_LOG_NOTE] = "",
	                                    [EVO_LOG_BEST] = "",
	                                    [EVO_LOG_WARNING] = "Warning: ",
	                                    [EVO_LOG_ERROR] = "Error: "};
	struct evo_log_line lines[16];
	size_t count, dropped;
	evo_snapshot_release(plain->snapshot);
	plain->snapshot = evo_run_snapshot(plain->run);
	while ((count = evo_run_log(plain->run, &plain->next_log, lines, EVO_COUNT(lines),
	                            &dropped)) > 0)
		for (size_t i = 0; i < count; i++)
			say("%s%s", words[lines[i].kind], lines[i].text);
}

/* Lines that are complete are performed. What is too long for one is cut. */
static void take_input(struct plain *plain)
{
	char bytes[512];
	ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	plain->input_ended = got <= 0;
	for (ssize_t i = 0; i < got && !plain->over; i++) {
		if (bytes[i] != '\n') {
			if (plain->length + 1 < sizeof(plain->line))
				plain->line[plain->length++] = bytes[i];
			continue;
		}
		plain->line[plain->length] = '\0';
		plain->length = 0;
		perform(plain, plain->line);
	}
}

static bool at_rest(enum evo_run_state state)
{
	return state == EVO_RUN_IDLE || state == EVO_RUN_PAUSED || state == EVO_RUN_DONE ||
	       state == EVO_RUN_STOPPED || state == EVO_RUN_FAILED;
}

/* After the last line of input it goes on until the search is at rest. */
static void loop(struct plain *plain)
{
	while (!plain->over && !cli_signal()) {
		struct pollfd list[] = {
		        {.fd = plain->input_ended ? -1 : STDIN_FILENO, .events = POLLIN},
		        {.fd = evo_run_descriptor(plain->run), .events = POLLIN},
		        {.fd = cli_signal_descriptor(), .events = POLLIN}};
		if (poll(list, EVO_COUNT(list), -1) < 0 && errno != EINTR)
			return;
		if (list[1].revents)
			take_news(plain);
		if (list[0].revents)
			take_input(plain);
		if (plain->input_ended && at_rest(plain->snapshot->state) &&
		    plain->snapshot->heeded >= evo_run_sent(plain->run))
			return;
	}
}

static int converse(struct evo_run *run, const struct cli_options *options)
{
	struct plain plain = {.run = run, .snapshot = evo_run_snapshot(run)};
	struct evo_error err = {0};
	int status = CLI_DONE;
	say("evoscope in plain lines. help lists the commands.");
	if (options->start && !evo_run_send(run, EVO_COMMAND_START, NULL, &err))
		say("%s", err.message);
	else if (!options->start)
		tell_status(&plain);
	loop(&plain);
	take_news(&plain);
	if (plain.snapshot->state == EVO_RUN_FAILED)
		status = CLI_FAILED;
	evo_snapshot_release(plain.snapshot);
	return status;
}

int cli_plain(struct cli_options *options)
{
	struct evo_run_config config;
	struct evo_run *run = NULL;
	struct evo_error err = {0};
	cli_signals_catch();
	if (cli_run_config(options, &config, &err))
		run = evo_run_create(&config, &err);
	evo_run_config_clear(&config);
	if (run == NULL)
		return cli_report(&err);
	int status = converse(run, options);
	status = cli_unstored(evo_run_finish(run), status);
	if (cli_signal() && cli_output_ok())
		cli_die_of(cli_signal());
	return status;
}
