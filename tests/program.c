/*
 * Runs the program in a sandbox of its own and keeps what it writes.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "program.h"

static void give_up(const char *what)
{
	fprintf(stderr, "program: %s: %s\n", what, strerror(errno));
	abort();
}

/* ---- Sandbox --------------------------------------------------------------------------------- */

void sandbox_set(struct sandbox *sandbox, const char *name, const char *value)
{
	size_t length = strlen(name), at = 0;
	while (at < sandbox->env_count &&
	       (strncmp(sandbox->env[at], name, length) || sandbox->env[at][length] != '='))
		at++;
	if (at < sandbox->env_count) {
		free(sandbox->env[at]);
		sandbox->env[at] = sandbox->env[--sandbox->env_count];
	}
	if (value != NULL)
		sandbox->env[sandbox->env_count++] = evo_format("%s=%s", name, value);
	assert_true(sandbox->env_count < EVO_COUNT(sandbox->env));
	sandbox->env[sandbox->env_count] = NULL;
}

static void set_folder(struct sandbox *sandbox, const char *variable, const char *name)
{
	const char *path = sandbox_path(sandbox, name);
	if (mkdir(path, 0700))
		give_up(path);
	sandbox_set(sandbox, variable, path);
}

void sandbox_open(struct sandbox *sandbox)
{
	static const char *const kept[] = {"PATH",           "TMPDIR",       "ASAN_OPTIONS",
	                                   "TSAN_OPTIONS",   "LSAN_OPTIONS", "UBSAN_OPTIONS",
	                                   "LD_LIBRARY_PATH"};
	const char *root = getenv("TMPDIR");
	memset(sandbox, 0, sizeof(*sandbox));
	sandbox->folder =
	        evo_format("%s/evoscope-test-XXXXXX", root != NULL && *root ? root : "/tmp");
	if (mkdtemp(sandbox->folder) == NULL)
		give_up(sandbox->folder);
	for (size_t i = 0; i < EVO_COUNT(kept); i++)
		sandbox_set(sandbox, kept[i], getenv(kept[i]));
	sandbox_set(sandbox, "LC_ALL", "C.UTF-8");
	sandbox_set(sandbox, "TERM", "xterm-256color");
	set_folder(sandbox, "HOME", "home");
	set_folder(sandbox, "XDG_CONFIG_HOME", "config");
	set_folder(sandbox, "XDG_DATA_HOME", "share");
	set_folder(sandbox, "XDG_STATE_HOME", "state");
	set_folder(sandbox, "EVOSCOPE_DATA", "data");
}

void sandbox_close(struct sandbox *sandbox)
{
	struct evo_error err = {0};
	if (!evo_remove_tree(sandbox->folder, &err))
		print_error("%s\n", err.message);
	for (size_t i = 0; i < sandbox->env_count; i++)
		free(sandbox->env[i]);
	free(sandbox->folder);
}

struct sandbox box;

int open_box(void **state)
{
	(void) state;
	sandbox_open(&box);
	return 0;
}

int close_box(void **state)
{
	(void) state;
	sandbox_close(&box);
	return 0;
}

const char *sandbox_path(const struct sandbox *sandbox, const char *name)
{
	static char paths[16][512];
	static size_t next;
	char *path = paths[next++ % EVO_COUNT(paths)];
	snprintf(path, sizeof(paths[0]), "%s/%s", sandbox->folder, name);
	return path;
}

char *sandbox_read(const struct sandbox *sandbox, const char *name)
{
	size_t length;
	return evo_file_read(sandbox_path(sandbox, name), 64 << 20, &length, NULL);
}

void sandbox_write(const struct sandbox *sandbox, const char *name, const char *text)
{
	const char *path = sandbox_path(sandbox, name);
	FILE *file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file))
		give_up(path);
}

/* ---- A benchmark ----------------------------------------------------------------------------- */

double made_row(size_t i, char *architecture)
{
	static const char *const operations[] = {"nor_conv_3x3", "skip_connect", "nor_conv_1x1",
	                                         "avg_pool_3x3", "none"};
	/* Steps through the 15625 cells without meeting one twice. */
	size_t code = (i * 4099 + 11) % 15625;
	const char *op[6];
	double accuracy = 60 + (double) (i * 37 % 101) / 20;
	for (int edge = 0; edge < 6; edge++, code /= 5) {
		op[edge] = operations[code % 5];
		if (!strncmp(op[edge], "nor_conv", 8))
			accuracy += code % 5 == 0 ? 5 : 3;
	}
	sprintf(architecture, "|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", op[0], op[1], op[2], op[3],
	        op[4], op[5]);
	return accuracy;
}

void sandbox_import(struct sandbox *sandbox, size_t rows)
{
	struct evo_text text;
	struct outcome outcome;
	evo_text_init(&text);
	evo_text_append(&text, "ArchitectureString,CIFAR10TestAccuracy200Epochs\n");
	for (size_t i = 0; i < rows; i++) {
		char architecture[128];
		double accuracy = made_row(i, architecture);
		evo_text_printf(&text, "%s,%.4f\n", architecture, accuracy);
	}
	sandbox_write(sandbox, "made.csv", text.data);
	evo_text_clear(&text);
	RUN(sandbox, &outcome, "benchmarks", "import", "nats-bench",
	    sandbox_path(sandbox, "made.csv"), "--name", "made");
	if (exit_status(&outcome) != 0)
		print_error("import: %s%s\n", outcome.out, outcome.err);
	assert_int_equal(exit_status(&outcome), 0);
	outcome_clear(&outcome);
}

/* ---- Running --------------------------------------------------------------------------------- */

static int scratch_file(const struct sandbox *sandbox)
{
	char *path = evo_format("%s/output-XXXXXX", sandbox->folder);
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		give_up(path);
	unlink(path);
	free(path);
	return fd;
}

static char *read_whole(int fd, size_t *length)
{
	struct stat about;
	if (fstat(fd, &about))
		give_up("output");
	char *text = evo_calloc((size_t) about.st_size + 1, 1);
	ssize_t count = pread(fd, text, (size_t) about.st_size, 0);
	*length = count < 0 ? 0 : (size_t) count;
	close(fd);
	return text;
}

void start_program(struct sandbox *sandbox, struct running *running, int out,
                   const char *const *arguments)
{
	const char *program = sandbox->program != NULL ? sandbox->program : PROGRAM;
	char *argv[64] = {(char *) (uintptr_t) program};
	for (size_t i = 0; arguments[i] != NULL; i++) {
		assert_true(i + 2 < EVO_COUNT(argv));
		argv[i + 1] = (char *) (uintptr_t) arguments[i];
	}
	running->out = out == OUT_KEPT ? scratch_file(sandbox) : -1;
	running->err = scratch_file(sandbox);
	running->process = fork();
	if (running->process < 0)
		give_up("fork");
	if (running->process)
		return;
	setpgid(0, 0);
	/* The tests themselves may run in the background. A hang-up is left as the test has it. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	dup2(open(sandbox->input != NULL ? sandbox->input : "/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(running->err, STDERR_FILENO);
	if (out == OUT_CLOSED)
		close(STDOUT_FILENO);
	else
		dup2(out == OUT_KEPT ? running->out : out, STDOUT_FILENO);
	if (chdir(sandbox->folder))
		_exit(126);
	if (sandbox->user && (setgroups(0, NULL) || setgid(sandbox->user) || setuid(sandbox->user)))
		_exit(126);
	struct rlimit limit = {sandbox->limit.value, sandbox->limit.value};
	if (sandbox->limit.value && setrlimit((__rlimit_resource_t) sandbox->limit.what, &limit))
		_exit(126);
	execve(argv[0], argv, sandbox->env);
	_exit(127);
}

void finish_program(struct running *running, struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	while (waitpid(running->process, &outcome->status, 0) < 0)
		if (errno != EINTR)
			give_up("wait");
	outcome->out =
	        running->out < 0 ? evo_strdup("") : read_whole(running->out, &outcome->out_length);
	outcome->err = read_whole(running->err, &outcome->err_length);
}

void run_program(struct sandbox *sandbox, struct outcome *outcome, const char *const *arguments)
{
	struct running running;
	start_program(sandbox, &running, OUT_KEPT, arguments);
	finish_program(&running, outcome);
}

int exit_status(const struct outcome *outcome)
{
	return WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -1;
}

void expect_status(const struct outcome *outcome, int status)
{
	if (exit_status(outcome) != status)
		print_error("status %x\n%s%s", (unsigned) outcome->status, outcome->out,
		            outcome->err);
	assert_int_equal(exit_status(outcome), status);
}

void expect_complaint(const struct outcome *outcome, int status, const char *says)
{
	const char *end = strchr(outcome->err, '\n');
	bool good = exit_status(outcome) == status && !strncmp(outcome->err, "evoscope: ", 10) &&
	            end != NULL && !end[1] && has(outcome->err, says);
	if (!good)
		print_error("for \"%s\": status %x: %s\n", says, (unsigned) outcome->status,
		            outcome->err);
	assert_true(good);
	assert_int_equal(outcome->out_length, 0);
}

bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

void outcome_clear(struct outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static bool add_record(void *context, size_t line, size_t count, char *const *fields,
                       struct evo_error *err)
{
	struct csv_table *table = context;
	if (!table->columns)
		table->columns = count;
	else
		table->rows++;
	if (count != table->columns)
		return evo_fail(err, EVO_E_INPUT, "line %zu has %zu fields", line, count);
	size_t at = table->rows * table->columns;
	table->cells = evo_realloc(table->cells, at + count, sizeof(*table->cells));
	for (size_t i = 0; i < count; i++)
		table->cells[at + i] = evo_strdup(fields[i]);
	return true;
}

void csv_load(const char *path, struct csv_table *table)
{
	struct evo_error err = {0};
	memset(table, 0, sizeof(*table));
	if (!evo_csv_read(path, add_record, table, &err))
		fail_msg("%s: %s", path, err.message);
	assert_true(table->columns > 0);
}

void csv_clear(struct csv_table *table)
{
	for (size_t i = 0; i < (table->rows + 1) * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
}

const char *csv_cell(const struct csv_table *table, size_t row, const char *column)
{
	assert_true(row < table->rows);
	for (size_t i = 0; i < table->columns; i++)
		if (!strcmp(table->cells[i], column))
			return table->cells[(row + 1) * table->columns + i];
	fail_msg("no column %s", column);
	return NULL;
}

double csv_value(const struct csv_table *table, size_t row, const char *column)
{
	double value = 0;
	struct evo_error err = {0};
	if (!evo_number_parse(csv_cell(table, row, column), &value, &err))
		fail_msg("row %zu, %s: %s", row, column, err.message);
	return value;
}

void expect_same_tables(const char *one, const char *other)
{
	struct csv_table a, b;
	csv_load(one, &a);
	csv_load(other, &b);
	assert_int_equal(a.rows, b.rows);
	assert_int_equal(a.columns, b.columns);
	for (size_t i = 0; i < (a.rows + 1) * a.columns; i++)
		if (strcmp(a.cells[i % a.columns], "seconds") &&
		    strcmp(a.cells[i % a.columns], "run"))
			assert_string_equal(a.cells[i], b.cells[i]);
	csv_clear(&a);
	csv_clear(&b);
}

void expect_same_run(const struct sandbox *sandbox, const char *one, const char *other)
{
	static const char *const files[] = {"generations.csv", "population.csv", "front.csv"};
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		char *left = evo_format("%s/%s", one, files[i]);
		char *right = evo_format("%s/%s", other, files[i]);
		expect_same_tables(sandbox_path(sandbox, left), sandbox_path(sandbox, right));
		free(left);
		free(right);
	}
}
