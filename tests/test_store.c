/* The file of stored runs and those who share it: other programs, other hosts, other users. */
#include "config.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "evoscope/base.h"

#include "program.h"

#define ROWS   150
#define NOBODY 65534
#define QUICK                                                                                      \
	"evolve", "--quiet", "--benchmark", MADE, SMALL_PROBE, "--networks", "24", "--validation", \
	        "12", "--population", "20"
/* One whose generations take some seconds. */
#define SLOW                                                                                       \
	"evolve", "--quiet", "--benchmark", MADE, "--channels", "8", "--cells", "2", "--batch",    \
	        "16", "--image", "16", "--networks", "60", "--population", "60", "--threads", "1"

static int open_box_with_rows(void **state)
{
	open_box(state);
	sandbox_import(&box, ROWS);
	return 0;
}

static void nap(void)
{
	const struct timespec time = {.tv_nsec = 50000000};
	nanosleep(&time, NULL);
}

/* A number that a query of the store gives; 0 where there is no such file, table or row. */
static int64_t ask(const char *file, const char *query)
{
	sqlite3 *handle;
	sqlite3_stmt *statement = NULL;
	int64_t number = 0;
	if (sqlite3_open_v2(file, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(handle, 5000);
		if (sqlite3_prepare_v2(handle, query, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW)
			number = sqlite3_column_int64(statement, 0);
		sqlite3_finalize(statement);
	}
	sqlite3_close(handle);
	return number;
}

static void change(const char *file, const char *statement)
{
	sqlite3 *handle;
	assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 5000);
	assert_int_equal(sqlite3_exec(handle, statement, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

/* Until a query gives something, or the program has ended. */
static bool wait_for(const struct running *running, const char *file, const char *query)
{
	siginfo_t about;
	for (;;) {
		if (ask(file, query) > 0)
			return true;
		about.si_pid = 0;
		if (waitid(P_PID, (id_t) running->process, &about, WEXITED | WNOHANG | WNOWAIT) ==
		            0 &&
		    about.si_pid != 0)
			return false;
		nap();
	}
}

static void expect_export(const char *file, const char *run, const char *same)
{
	struct outcome outcome;
	char *folder = evo_format("exported-%s", run);
	RUN(&box, &outcome, "runs", "export", run, "--store", file, "--csv-dir",
	    sandbox_path(&box, folder));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	expect_same_run(&box, same, folder);
	free(folder);
}

/* ---- Other hosts ----------------------------------------------------------------------------- */

/* Starts a program on a host of another name. False where the system does not let us. */
static bool start_elsewhere(struct running *running, const char *const *arguments)
{
	int here = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	if (here < 0 || unshare(CLONE_NEWUTS) != 0) {
		if (here >= 0)
			close(here);
		return false;
	}
	assert_int_equal(sethostname("elsewhere", 9), 0);
	start_program(&box, running, OUT_KEPT, arguments);
	assert_int_equal(setns(here, CLONE_NEWUTS), 0);
	close(here);
	return true;
}

static void expect_taken(struct running *running)
{
	struct outcome outcome;
	finish_program(running, &outcome);
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "was taken over by "));
	outcome_clear(&outcome);
}

#define LONG QUICK, "-g", "1000000", "--store", file, "--name"

static void driven_on_another_host(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "hosts.db");
	const char *const arguments[] = {LONG, "far", NULL};
	if (!start_elsewhere(&running, arguments)) {
		print_message("no host of another name can be made here: skipped\n");
		skip();
	}
	assert_true(wait_for(&running, file, "SELECT generation > 1 FROM runs"));
	RUN(&box, &outcome, "evolve", "-q", "--resume", "far", "--store", file);
	expect_complaint(&outcome, 1, "run far is going in process ");
	assert_true(has(outcome.err, " on elsewhere, whose last sign of life is "));
	assert_true(has(outcome.err, "--take-over"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "delete", "far", "--store", file);
	expect_complaint(&outcome, 1, "run far is going in process ");
	outcome_clear(&outcome);
	/* Whoever asks for it has it, and the other one stops. */
	const char *const over[] = {"evolve",      "-q",      "--resume", "far",
	                            "--take-over", "--store", file,       NULL};
	struct running taker;
	start_program(&box, &taker, OUT_KEPT, over);
	expect_taken(&running);
	kill(taker.process, SIGTERM);
	finish_program(&taker, &outcome);
	assert_true(WIFSIGNALED(outcome.status));
	assert_false(has(outcome.err, "taken over"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "show", "far", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

static void gone_on_another_host(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "gone.db");
	const char *const arguments[] = {LONG, "gone", NULL};
	RUN(&box, &outcome, QUICK, "-g", "12", "--csv-dir", sandbox_path(&box, "twelve"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	start_program(&box, &running, OUT_KEPT, arguments);
	assert_true(wait_for(&running, file, "SELECT generation > 1 FROM runs"));
	kill(running.process, SIGKILL);
	finish_program(&running, &outcome);
	outcome_clear(&outcome);
	change(file, "UPDATE runs SET owner_host = 'elsewhere', owner_boot = 'other'");
	RUN(&box, &outcome, "runs", "delete", "gone", "--store", file);
	expect_complaint(&outcome, 1, "is going in process");
	outcome_clear(&outcome);
	/* Minutes of silence make one look whether it is gone; here it is not. */
	change(file, "UPDATE signs SET at = at - 600");
	const char *const again[] = {"evolve", "-q", "--resume", "gone", "--store", file, NULL};
	start_program(&box, &running, OUT_KEPT, again);
	for (int i = 0; i < 100; i++)
		nap();
	change(file, "UPDATE signs SET count = count + 1");
	finish_program(&running, &outcome);
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "has been silent"));
	assert_true(has(outcome.err, "is going in process"));
	outcome_clear(&outcome);
	/* And here it is, whatever its clock says. */
	change(file, "UPDATE signs SET at = at + 1200");
	RUN(&box, &outcome, "runs", "list", "--store", file);
	assert_true(has(outcome.out, "interrupted"));
	outcome_clear(&outcome);
	int64_t done = ask(file, "SELECT generation FROM runs");
	char *wanted = evo_format("%lld", (long long) (done < 12 ? 12 : done));
	RUN(&box, &outcome, "evolve", "-q", "--resume", "gone", "-g", wanted, "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	if (done <= 12)
		expect_export(file, "gone", "twelve");
	free(wanted);
	/* After an hour nobody is waited for. */
	change(file, "UPDATE runs SET owner_host = 'elsewhere', owner_process = 1,"
	             " owner_started = 1;"
	             "INSERT OR REPLACE INTO signs SELECT id, 1, 1, strftime('%s') - 7200, 1"
	             " FROM runs");
	RUN(&box, &outcome, "runs", "delete", "gone", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

/* A container of the same host and name, whose processes are not seen here, is told by its
   signs. */
static void driven_in_another_container(void **state)
{
	(void) state;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "container.db");
	RUN(&box, &outcome, QUICK, "-g", "1", "--store", file, "--name", "inside");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	char *host = evo_calloc(1, 80);
	char *boot = evo_file_read("/proc/sys/kernel/random/boot_id", 80, NULL, NULL);
	if (boot == NULL || gethostname(host, 79) != 0) {
		free(boot);
		free(host);
		print_message("skipped: the system tells no boot from another\n");
		skip();
	}
	char *drive =
	        evo_format("UPDATE runs SET state = 'running', owner_host = '%s', owner_boot ="
	                   " '%.36s pid:[1]', owner_process = 999999999, owner_started = 1;"
	                   "INSERT OR REPLACE INTO signs SELECT id, 999999999, 1,"
	                   " strftime('%%s') + 0, 1 FROM runs",
	                   host, boot);
	change(file, drive);
	RUN(&box, &outcome, "evolve", "-q", "--resume", "inside", "--store", file);
	expect_complaint(&outcome, 1, "run inside is going in process 999999999 on ");
	outcome_clear(&outcome);
	change(file, "UPDATE signs SET at = at - 7200");
	RUN(&box, &outcome, "evolve", "-q", "--resume", "inside", "-g", "2", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	free(drive);
	free(boot);
	free(host);
}

/* An earlier program gives no signs: it is never taken for gone, but can be told to be. */
static void without_signs(void **state)
{
	(void) state;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "old.db");
	RUN(&box, &outcome, QUICK, "-g", "1", "--store", file, "--name", "old");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	change(file,
	       "DROP TABLE signs; DROP TABLE scored; UPDATE runs SET owner_host = 'elsewhere',"
	       " owner_process = 1, owner_started = 1, state = 'running'");
	RUN(&box, &outcome, "runs", "show", "old", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "-q", "--resume", "old", "--store", file);
	expect_complaint(&outcome, 1, "run old is going in process 1 on elsewhere; ");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "-q", "--resume", "old", "--take-over", "-g", "2", "--store",
	    file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

/* A machine that slept comes back to a run that is no longer its own. */
static void stopped_and_continued(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "asleep.db");
	const char *const arguments[] = {LONG, "asleep", NULL};
	start_program(&box, &running, OUT_KEPT, arguments);
	assert_true(wait_for(&running, file, "SELECT generation > 1 FROM runs"));
	/* Not while it writes, or nobody else could. */
	for (int64_t locked = 1; locked;) {
		sqlite3 *handle;
		kill(running.process, SIGSTOP);
		assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
		locked = sqlite3_exec(handle, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL) !=
		         SQLITE_OK;
		sqlite3_close(handle);
		if (locked)
			kill(running.process, SIGCONT);
	}
	RUN(&box, &outcome, "runs", "delete", "asleep", "--take-over", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	kill(running.process, SIGCONT);
	finish_program(&running, &outcome);
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "run asleep was deleted by another program"));
	outcome_clear(&outcome);
	assert_int_equal(ask(file, "SELECT count(*) FROM runs"), 0);
	RUN(&box, &outcome, QUICK, "--take-over", "--store", file);
	expect_complaint(&outcome, 2, "--take-over goes with --resume");
	outcome_clear(&outcome);
}

/* ---- The file itself ------------------------------------------------------------------------- */

/* What is done to the file of a run that is going on. */
static void remove_file(const char *file)
{
	unlink(file);
}

static void rename_file(const char *file)
{
	char *other = evo_format("%s.away", file);
	rename(file, other);
	free(other);
}

static void remove_log(const char *file)
{
	char *log = evo_format("%s-wal", file);
	unlink(log);
	free(log);
}

static void remove_folder(const char *file)
{
	char *folder = evo_strndup(file, (size_t) (strrchr(file, '/') - file));
	evo_remove_tree(folder, NULL);
	free(folder);
}

static void replace_file(const char *file)
{
	struct outcome outcome;
	char *other = evo_format("%s.other", file);
	RUN(&box, &outcome, QUICK, "-g", "1", "--name", "moved", "--store", other);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	rename(other, file);
	free(other);
}

static void file_that_goes_away(void **state)
{
	static const struct {
		const char *name;
		void (*go)(const char *file);
		const char *run; /* as it is stored then */
	} ways[] = {{"removed", remove_file, "moved"},
	            {"renamed", rename_file, "moved"},
	            {"log", remove_log, "moved"},
	            {"folder", remove_folder, "moved"},
	            {"replaced", replace_file, "moved-2"}};
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, QUICK, "-g", "150", "--csv-dir", sandbox_path(&box, "stayed"));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	for (size_t i = 0; i < EVO_COUNT(ways); i++) {
		struct running running;
		char *name = evo_format("away-%s/runs.db", ways[i].name);
		char *file = evo_strdup(sandbox_path(&box, name));
		const char *const arguments[] = {QUICK, "-g",     "150",   "--store",
		                                 file,  "--name", "moved", NULL};
		start_program(&box, &running, OUT_KEPT, arguments);
		assert_true(wait_for(&running, file, "SELECT generation > 2 FROM runs"));
		ways[i].go(file);
		finish_program(&running, &outcome);
		if (exit_status(&outcome) != 3)
			print_error("%s: %s\n", ways[i].name, outcome.err);
		expect_status(&outcome, 3); /* all is stored, but elsewhere */
		if (!has(outcome.err, "was removed, renamed or replaced"))
			print_error("%s: %s\n", ways[i].name, outcome.err);
		assert_true(has(outcome.err, "was removed, renamed or replaced"));
		outcome_clear(&outcome);
		expect_export(file, ways[i].run, "stayed");
		free(file);
		free(name);
	}
}

/* Where there can be no other file, the end says what is lost. */
static void file_that_stays_away(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	char *file = evo_strdup(sandbox_path(&box, "barred/runs.db"));
	const char *folder = sandbox_path(&box, "barred");
	const char *const arguments[] = {QUICK, "-g",     "150",    "--store",
	                                 file,  "--name", "barred", NULL};
	start_program(&box, &running, OUT_KEPT, arguments);
	assert_true(wait_for(&running, file, "SELECT generation > 2 FROM runs"));
	kill(running.process, SIGSTOP);
	assert_true(evo_remove_tree(folder, NULL));
	sandbox_write(&box, "barred", "a file where the folder was\n");
	kill(running.process, SIGCONT);
	finish_program(&running, &outcome);
	expect_status(&outcome, 3);
	assert_true(has(outcome.err, "not stored: "));
	assert_true(has(outcome.err, "the last 150 generations of barred could not be stored"));
	outcome_clear(&outcome);
	free(file);
}

/* A copy has what there is, also while it goes on. */
static void copied(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	const char *file = sandbox_path(&box, "source.db"), *copy = sandbox_path(&box, "copy.db");
	const char *const arguments[] = {LONG, "source", NULL};
	start_program(&box, &running, OUT_KEPT, arguments);
	assert_true(wait_for(&running, file, "SELECT generation > 2 FROM runs"));
	RUN(&box, &outcome, "runs", "copy", copy, "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	kill(running.process, SIGKILL);
	finish_program(&running, &outcome);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "copy", copy, "--store", file);
	expect_complaint(&outcome, 1, "copy.db is there already");
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "copy", sandbox_path(&box, "none/copy.db"), "--store", file);
	expect_complaint(&outcome, 1, "none/copy.db cannot be written");
	outcome_clear(&outcome);
	assert_true(ask(copy, "SELECT generation > 2 FROM runs"));
	char *more = evo_format("%lld", (long long) ask(copy, "SELECT generation + 1 FROM runs"));
	RUN(&box, &outcome, "evolve", "-q", "--resume", "source", "-g", more, "--store", copy);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	free(more);
}

/* ---- Who may only read ----------------------------------------------------------------------- */

static void expect_readable(const char *file, const char *how)
{
	struct outcome outcome;
	RUN(&box, &outcome, "runs", "list", "--store", file);
	if (exit_status(&outcome) != 0 || !has(outcome.out, "readable"))
		print_error("%s: %s%s", how, outcome.out, outcome.err);
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "readable"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "runs", "show", "readable", "--store", file);
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "generation 4 of 4"));
	outcome_clear(&outcome);
}

static void copy_file(const char *from, const char *to)
{
	size_t length;
	char *bytes = evo_file_read(from, 64 << 20, &length, NULL);
	assert_non_null(bytes);
	FILE *stream = fopen(to, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, length, stream), length);
	assert_int_equal(fclose(stream), 0);
	free(bytes);
}

static void read_only(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	(void) state;
	struct outcome outcome;
	char *file = evo_strdup(sandbox_path(&box, "readable.db"));
	if (geteuid() == 0) {
		/* Permissions do not hold root. */
		chmod(box.folder, 0755);
		box.user = NOBODY;
		RUN(&box, &outcome, "--version");
		int status = exit_status(&outcome);
		outcome_clear(&outcome);
		box.user = 0;
		if (status != 0) {
			print_message("the program cannot be run by another user: skipped\n");
			free(file);
			skip();
		}
	}
	RUN(&box, &outcome, QUICK, "-g", "4", "--name", "readable", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	/* What a program that was killed leaves: the last change is in the log alone. */
	sqlite3 *handle;
	assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
	assert_int_equal(
	        sqlite3_exec(handle, "UPDATE runs SET updated = updated + 1", NULL, NULL, NULL),
	        SQLITE_OK);
	for (int left = 0; left <= 3; left++) {
		char *folder = evo_strdup(sandbox_path(&box, left == 0   ? "read-0"
		                                             : left == 1 ? "read-1"
		                                             : left == 2 ? "read-2"
		                                                         : "read-3"));
		char *copy = evo_path_join(folder, "runs.db");
		assert_int_equal(mkdir(folder, 0755), 0);
		if (left == 0) { /* without a log everything is in the file */
			assert_int_equal(sqlite3_wal_checkpoint_v2(
			                         handle, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL),
			                 SQLITE_OK);
			copy_file(file, copy);
			change(file, "UPDATE runs SET updated = updated + 1");
		}
		for (int i = 0; left > 0 && i < left; i++) {
			char *from = evo_format("%s%s", file, suffixes[i]);
			char *to = evo_format("%s%s", copy, suffixes[i]);
			copy_file(from, to);
			free(from);
			free(to);
		}
		for (int i = 0; i < 3; i++) {
			char *path = evo_format("%s%s", copy, suffixes[i]);
			chmod(path, 0444);
			free(path);
		}
		if (geteuid() == 0)
			box.user = NOBODY;
		chmod(folder, 0555);
		expect_readable(copy, "read-only folder and file");
		chmod(folder, 0777);
		expect_readable(copy, "read-only file");
		box.user = 0;
		chmod(folder, 0755);
		free(copy);
		free(folder);
	}
	sqlite3_close(handle);
	free(file);
}

/* ---- Within a generation --------------------------------------------------------------------- */

/* Killed once some networks are kept, some times in a row: nothing is scored twice, and all is as
   if it had not been. */
static void kill_within(const char *validation, const char *name)
{
	struct outcome outcome;
	char *whole = evo_format("whole-%s", name);
	char *file = evo_strdup(sandbox_path(&box, "within.db"));
	const char *const first[] = {SLOW,      "-g", "3",      "--validation", validation,
	                             "--store", file, "--name", name,           NULL};
	const char *const again[] = {"evolve", "-q",      "--resume", name, "--threads",
	                             "1",      "--store", file,       NULL};
	char *kept = evo_format("SELECT count(*) FROM scored, runs WHERE run = id AND position > 0"
	                        " AND name = '%s'",
	                        name);
	RUN(&box, &outcome, SLOW, "-g", "3", "--validation", validation, "--csv-dir",
	    sandbox_path(&box, whole));
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	int kills = 0;
	for (bool done = false; !done;) {
		struct running running;
		start_program(&box, &running, OUT_KEPT, kills == 0 ? first : again);
		char *more =
		        evo_format("%s HAVING count(*) > %lld", kept, (long long) ask(file, kept));
		bool going = kills < 3 && wait_for(&running, file, more);
		if (going)
			kill(running.process, SIGKILL);
		finish_program(&running, &outcome);
		done = !WIFSIGNALED(outcome.status);
		if (done)
			expect_status(&outcome, 0);
		kills += !done;
		outcome_clear(&outcome);
		free(more);
	}
	print_message("killed within a generation %d times\n", kills);
	expect_export(file, name, whole);
	free(kept);
	free(file);
	free(whole);
}

static void killed_within_a_generation(void **state)
{
	(void) state;
	kill_within("30", "validated");
	kill_within("0", "unvalidated");
}

/* ---- Names ----------------------------------------------------------------------------------- */

#define TEN                                                                                        \
	"\xc3\xa4\xce\xb1\xd0\xb6\xe7\x8c\xab"                                                     \
	"x.y_z-"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void names(void **state)
{
	(void) state;
	static const char *const wrong[] = {"",
	                                    " a",
	                                    "a ",
	                                    "-a",
	                                    "a/b",
	                                    "a\\b",
	                                    "a\nb",
	                                    "a\x1b[31mb",
	                                    "a\xff"
	                                    "b",
	                                    "a\xc2\x9b"
	                                    "b",
	                                    "a\xe2\x80\xae"
	                                    "b",
	                                    SIXTY "12345"};
	struct outcome outcome;
	const char *file = sandbox_path(&box, "names.db");
	for (size_t i = 0; i < EVO_COUNT(wrong); i++) {
		RUN(&box, &outcome, QUICK, "-g", "1", "--name", wrong[i], "--store", file);
		expect_complaint(&outcome, 2, i == 0 ? "name" : "run");
		outcome_clear(&outcome);
	}
	assert_int_equal(ask(file, "SELECT count(*) FROM runs"), 0);
	RUN(&box, &outcome, QUICK, "-g", "1", "--name", SIXTY "1234", "--store", file);
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "-q", "--resume", SIXTY "1234", "-g", "2", "--json",
	    "--store", file);
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "\"" SIXTY "1234\""));
	outcome_clear(&outcome);
	RUN(&box, &outcome, QUICK, "-g", "1", "--name", SIXTY "1234", "--store", file);
	expect_complaint(&outcome, 2, "already: go on with it (--resume ");
	outcome_clear(&outcome);
	/* A name that nobody chose gets a number, and it is told. */
	RUN(&box, &outcome, QUICK, "-g", "1", "-s", "5", "--store", file);
	expect_status(&outcome, 0);
	assert_string_equal(outcome.err, "");
	outcome_clear(&outcome);
	RUN(&box, &outcome, QUICK, "-g", "1", "-s", "5", "--store", file);
	expect_status(&outcome, 0);
	assert_true(has(outcome.err,
	                "another run is called default-5: this one is stored as default-5-2"));
	outcome_clear(&outcome);
}

int main(int count, char **arguments)
{
	if (count > 1)
		cmocka_set_test_filter(arguments[1]);
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names),
	        cmocka_unit_test(driven_in_another_container),
	        cmocka_unit_test(without_signs),
	        cmocka_unit_test(driven_on_another_host),
	        cmocka_unit_test(stopped_and_continued),
	        cmocka_unit_test(file_that_goes_away),
	        cmocka_unit_test(file_that_stays_away),
	        cmocka_unit_test(copied),
	        cmocka_unit_test(read_only),
	        cmocka_unit_test(killed_within_a_generation),
	        cmocka_unit_test(gone_on_another_host),
	};
	return cmocka_run_group_tests_name("store", tests, open_box_with_rows, close_box);
}
