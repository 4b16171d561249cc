/*
 * program: the built program in folders of its own, for tests.
 *
 * A sandbox is a temporary folder with an empty home; nothing outside it is read or written by
 * the program but what is installed beside it.
 */
#ifndef EVO_TESTS_PROGRAM_H
#define EVO_TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROGRAM EVO_BUILD_DIR "/evoscope"

struct sandbox {
	char *folder;
	char *env[32]; /* "NAME=VALUE", NULL-terminated */
	size_t env_count;
	const char *input;   /* a file for standard input; NULL: none */
	const char *program; /* NULL: PROGRAM */
	unsigned user;       /* whom it is run by; 0: whoever runs the tests */
	/* What the program may have, by setrlimit: RLIMIT_AS and so on. */
	struct {
		int what;
		size_t value; /* 0: not limited */
	} limit;
};
void sandbox_open(struct sandbox *sandbox);
void sandbox_close(struct sandbox *sandbox);
/* Sets or replaces a variable; NULL removes it. */
void sandbox_set(struct sandbox *sandbox, const char *name, const char *value);
/* A path in the sandbox; lives until the sandbox is closed or 16 further calls. */
const char *sandbox_path(const struct sandbox *sandbox, const char *name);
/* The text of a file in the sandbox; caller frees; NULL when there is none. */
char *sandbox_read(const struct sandbox *sandbox, const char *name);
void sandbox_write(const struct sandbox *sandbox, const char *name, const char *text);

/* One for all tests of a program, and cmocka's set-up and tear-down of it. */
extern struct sandbox box;
int open_box(void **state);
int close_box(void **state);

/*
 * Imports a small benchmark, "made-cifar10": `rows` architectures of nb201 with accuracies that
 * this function makes up from their number of convolutions. Its default probe is far too large for
 * a test: use SMALL_PROBE.
 */
void sandbox_import(struct sandbox *sandbox, size_t rows);
#define MADE        "made-cifar10"
#define SMALL_PROBE "--channels", "4", "--cells", "1", "--batch", "4", "--image", "8"
/* Row i of that table: its architecture (at least 128 bytes) and its accuracy. */
double made_row(size_t i, char *architecture);

/* What a program left. */
struct outcome {
	int status; /* as by waitpid */
	char *out, *err;
	size_t out_length, err_length;
};
void outcome_clear(struct outcome *outcome);
int exit_status(const struct outcome *outcome); /* -1 when it died of a signal */
/* Fails the test, with what was printed, unless the program exited so. */
void expect_status(const struct outcome *outcome, int status);
/* Fails the test unless the program exited so, printed nothing, and complained in one line that has
   the text. */
void expect_complaint(const struct outcome *outcome, int status, const char *says);
bool has(const char *text, const char *part);

/* Runs the program with the arguments after its name (NULL-terminated) to its end, without a
   terminal and without input. */
void run_program(struct sandbox *sandbox, struct outcome *outcome, const char *const *arguments);
#define RUN(sandbox, outcome, ...)                                                                 \
	run_program(sandbox, outcome, (const char *const[]){__VA_ARGS__, NULL})

/* The same in two steps, to do something meanwhile. out: a descriptor for standard output. */
#define OUT_KEPT   -1 /* for outcome.out */
#define OUT_CLOSED -2 /* none at all */
struct running {
	pid_t process;
	int out, err; /* files that it writes to */
};
void start_program(struct sandbox *sandbox, struct running *running, int out,
                   const char *const *arguments);
void finish_program(struct running *running, struct outcome *outcome);

/* A CSV file in memory. */
struct csv_table {
	char **cells;         /* row by row, the header first */
	size_t columns, rows; /* rows after the header */
};
void csv_load(const char *path, struct csv_table *table); /* fails the test when it cannot */
void csv_clear(struct csv_table *table);
/* Row from 0; fails the test when there is no such column. */
const char *csv_cell(const struct csv_table *table, size_t row, const char *column);
double csv_value(const struct csv_table *table, size_t row, const char *column);
/* Two CSV files of runs, but for the columns run and seconds. */
void expect_same_tables(const char *one, const char *other);
/* Fails the test unless the CSV files in two folders are of the same run: all of them but its name
   and the time that it took. */
void expect_same_run(const struct sandbox *sandbox, const char *one, const char *other);

#endif
