/*
 * evoscope benchmarks build, as a person meets it: killed and gone on with, interrupted, of images
 * in files, row by row, and what list and show tell of it all.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "program.h"

#define BUILD "benchmarks", "build"
/* Four networks of two seeds; slow enough that one can step in. */
#define FOUR                                                                                       \
	"--networks", "4", "--epochs", "2", "--train-images", "400", "--test-images", "60",        \
	        "--batch", "8", "--threads", "1"

static char *file_of(const char *benchmark, const char *file)
{
	char *name = evo_format("data/benchmarks/%s/%s", benchmark, file);
	char *text = sandbox_read(&box, name);
	free(name);
	return text;
}

static size_t trainings(const char *benchmark)
{
	char *journal = file_of(benchmark, "trainings.partial");
	size_t lines = 0;
	for (const char *at = journal; at != NULL && (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	free(journal);
	return lines ? lines - 1 : 0; /* the first one is the heading */
}

/* Waits until so many are kept. */
static void wait_for_trainings(const char *benchmark, size_t count)
{
	const struct timespec nap = {0, 2000000};
	double end = evo_now() + 120;
	while (trainings(benchmark) < count) {
		assert_true(evo_now() < end);
		nanosleep(&nap, NULL);
	}
}

/* What a benchmark is, but for when, how long and by which command it was made. */
static char *lasting_part(const char *benchmark)
{
	static const char *const passing[] = {"seconds", "date", "origin", "command", "    "};
	char *manifest = file_of(benchmark, "manifest.ini"),
	     *table = file_of(benchmark, "table.csv");
	assert_non_null(manifest);
	assert_non_null(table);
	struct evo_text text;
	evo_text_init(&text);
	for (char *line = strtok(manifest, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		bool passes = false;
		for (size_t i = 0; i < EVO_COUNT(passing); i++)
			passes |= !strncmp(line, passing[i], strlen(passing[i]));
		if (!passes)
			evo_text_printf(&text, "%s\n", line);
	}
	evo_text_append(&text, table);
	free(manifest);
	free(table);
	return text.data;
}

static void expect_equal(const char *one, const char *other)
{
	char *a = lasting_part(one), *b = lasting_part(other);
	assert_string_equal(a, b);
	free(a);
	free(b);
}

/* ---- Killed and interrupted ------------------------------------------------------------------ */

static void builds_whole(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, BUILD, FOUR, "--name", "whole", "--progress", "always");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, "whole\n");
	assert_true(has(outcome.err, "trained 0 of 8\n"));
	assert_true(has(outcome.err, "trained 4 of 8, 0:"));
	assert_true(has(outcome.err, " left; last "));
	assert_true(has(outcome.err, "trained 8 of 8; last "));
	outcome_clear(&outcome);
}

static void goes_on_after_a_kill(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	for (size_t kill_at = 1; kill_at <= 5; kill_at += 2) {
		start_program(&box, &running, OUT_KEPT,
		              (const char *const[]){BUILD, FOUR, "--name", "killed", NULL});
		wait_for_trainings("killed", kill_at);
		kill(running.process, SIGKILL);
		finish_program(&running, &outcome);
		assert_true(WIFSIGNALED(outcome.status));
		assert_in_range(trainings("killed"), kill_at, 7);
		outcome_clear(&outcome);
	}
	RUN(&box, &outcome, "benchmarks", "show", "killed");
	expect_status(&outcome, 1);
	outcome_clear(&outcome);
	size_t kept = trainings("killed");
	char *first = evo_format("trained %zu of 8", kept);
	RUN(&box, &outcome, BUILD, FOUR, "--name", "killed", "--progress", "always");
	expect_status(&outcome, 0);
	assert_int_equal(strncmp(outcome.err, first, strlen(first)), 0);
	outcome_clear(&outcome);
	free(first);
	expect_equal("whole", "killed");
	assert_null(file_of("killed", "trainings.partial"));
}

static void an_interruption_is_told(void **state)
{
	(void) state;
	struct running running;
	struct outcome outcome;
	start_program(&box, &running, OUT_KEPT,
	              (const char *const[]){BUILD, FOUR, "--name", "stopped", NULL});
	wait_for_trainings("stopped", 5);
	kill(running.process, SIGINT);
	finish_program(&running, &outcome);
	assert_true(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGINT);
	assert_true(has(outcome.err, "of 8 trainings are kept, and building again goes on"));
	outcome_clear(&outcome);

	RUN(&box, &outcome, BUILD, FOUR, "--name", "stopped", "--epochs", "3");
	expect_status(&outcome, 1);
	assert_true(has(outcome.err, "a build with other settings was begun here"));
	outcome_clear(&outcome);

	/* What there is can be used. */
	RUN(&box, &outcome, BUILD, FOUR, "--name", "stopped", "--publish");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, "stopped\n");
	assert_true(has(outcome.err, " of 4 networks are in it"));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "benchmarks", "list");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, " of 4 "));
	outcome_clear(&outcome);
	RUN(&box, &outcome, "score", "depth", "-b", "stopped", "-n", "all");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, BUILD, FOUR, "--name", "stopped");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	expect_equal("whole", "stopped");
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void rows_are_trained_again(void **state)
{
	(void) state;
	struct outcome outcome;
	RUN(&box, &outcome, BUILD, "--name", "whole", "--rows", "2-3");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "row  architecture"));
	assert_true(has(outcome.out, "\n  2  |") && has(outcome.out, "\n  3  |"));
	assert_true(has(outcome.out, "  yes\n") && !has(outcome.out, "  no\n"));
	outcome_clear(&outcome);

	char *table = file_of("whole", "table.csv"), *last = strrchr(table, ',');
	strcpy(last, ",1\n");
	sandbox_write(&box, "data/benchmarks/whole/table.csv", table);
	RUN(&box, &outcome, BUILD, "--name", "whole", "--rows", "4");
	expect_status(&outcome, 3);
	assert_true(has(outcome.out, "  yes\n") && has(outcome.out, "  no\n"));
	assert_true(has(outcome.err, "1 of 2 accuracies differ from the table"));
	outcome_clear(&outcome);
	char *after = file_of("whole", "table.csv");
	assert_string_equal(after, table);
	free(after);
	free(table);

	RUN(&box, &outcome, BUILD, FOUR, "--name", "ahead", "--rows", "1");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "\n  1  |") && !has(outcome.out, "table"));
	assert_true(has(outcome.err, "2 of 8 trainings are kept; the same command without --rows"));
	assert_int_equal(trainings("ahead"), 2);
	outcome_clear(&outcome);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Bytes as an array of NumPy's, whose dictionary has the type and the shape. */
static void put_array(const char *name, const char *type, const char *shape,
                      const unsigned char *numbers, size_t bytes)
{
	char *header =
	        evo_format("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
	FILE *file = fopen(sandbox_path(&box, name), "w");
	assert_non_null(file);
	fwrite("\x93NUMPY\x01", 1, 8, file);
	fputc((int) strlen(header), file);
	fputc(0, file);
	fputs(header, file);
	assert_int_equal(fwrite(numbers, 1, bytes, file), bytes);
	fclose(file);
	free(header);
}

/* Three classes, each bright in a channel of its own. */
static void put_set(const char *images, const char *labels, unsigned shade)
{
	static unsigned char pixels[60 * 3 * 64], classes[60];
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (unsigned char) (i * 37 % 101 + shade +
		                             (i / 64 % 3 == i / 192 % 3 ? 100 : 0));
	for (size_t i = 0; i < sizeof(classes); i++)
		classes[i] = (unsigned char) (i % 3);
	put_array(images, "|u1", "(60, 3, 8, 8)", pixels, sizeof(pixels));
	put_array(labels, "|u1", "(60,)", classes, sizeof(classes));
}

static void builds_of_a_persons_images(void **state)
{
	(void) state;
	struct outcome outcome;
	put_set("train.npy", "train_labels.npy", 3);
	put_set("test.npy", "test_labels.npy", 9);
	RUN(&box, &outcome, BUILD, "--images", "train.npy", "--labels", "train_labels.npy",
	    "--test", "test.npy", "--test-labels", "test_labels.npy", "--name", "mine",
	    "--networks", "12", "--seeds", "2", "--epochs", "2", "--batch", "10", "--channels", "4",
	    "--test-images", "50", "--flip", "--shift", "1", "--rate", "0.05");
	expect_status(&outcome, 0);
	assert_string_equal(outcome.out, "mine\n");
	outcome_clear(&outcome);

	RUN(&box, &outcome, "benchmarks", "list");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "  trained   train.npy images "));
	outcome_clear(&outcome);
	RUN(&box, &outcome, BUILD, "--name", "mine", "--rows", "1");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	/* Everything else can use it. */
	RUN(&box, &outcome, "score", "grad_norm", "layer_sum(frob(gx.d))", "-b", "mine");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
	RUN(&box, &outcome, "evolve", "-b", "mine", "--population", "6", "--generations", "1");
	expect_status(&outcome, 0);
	outcome_clear(&outcome);
}

static void show_tells_all(void **state)
{
	(void) state;
	static const char *const parts[] = {
	        "\ndataset     mine test accuracy, 2 epochs, mean of 2 seeds\n",
	        "\nnetworks    12, 12 different functions\n",
	        " %; 10 % are below ",
	        "█",
	        "\nceiling     Kendall tau ",
	        "\nimages      train.npy images; 60 are kept here, 3 classes\n",
	        "\npools       train ",
	        "\n            validation ",
	        "\n            test ",
	        "\nprobe       C 4 N 1, batch 16 of 3x8x8, 3 classes\n",
	        "\ncommand     evoscope benchmarks build --images train.npy ",
	        "\ntraining    2 epochs, batch 10, rate 0.05, momentum 0.9, weight decay 0.0005",
	        ", flips, shifts of 1\n",
	        "\n            60 train images of train.npy, labels of train_labels.npy\n",
	        "\n            50 test images of test.npy, labels of test_labels.npy\n",
	        "\n            12 networks, seeds 1 to 2\n",
	        "\ntime        0:",
	        "\nprocessor   ",
	        "\nprogram     evoscope ",
	};
	struct outcome outcome;
	RUN(&box, &outcome, "benchmarks", "show", "mine");
	expect_status(&outcome, 0);
	for (size_t i = 0; i < EVO_COUNT(parts); i++)
		if (!has(outcome.out, parts[i]))
			fail_msg("no \"%s\" in\n%s", parts[i], outcome.out);
	outcome_clear(&outcome);

	sandbox_set(&box, "LC_ALL", "C");
	RUN(&box, &outcome, "benchmarks", "show", "mine");
	sandbox_set(&box, "LC_ALL", "C.UTF-8");
	expect_status(&outcome, 0);
	assert_true(has(outcome.out, "####"));
	for (const char *c = outcome.out; *c; c++)
		assert_true((unsigned char) *c < 128);
	outcome_clear(&outcome);
}

/* The bars' numbers are all networks, and no bar is of none. */
static void the_histogram_adds_up(void **state)
{
	(void) state;
	static const char *const tables[] = {"50", "0", "100", "12.34", NULL};
	struct outcome outcome;
	for (size_t i = 0; i < EVO_COUNT(tables); i++) {
		struct evo_text text;
		char row[128];
		evo_text_init(&text);
		evo_text_append(&text, "ArchitectureString,CIFAR10TestAccuracy200Epochs\n");
		for (size_t k = 0; k < 40; k++) {
			made_row(k, row);
			if (tables[i] != NULL)
				evo_text_printf(&text, "%s,%s\n", row, tables[i]);
			else
				evo_text_printf(&text, "%s,%.3f\n", row, 2.5 * (double) k);
		}
		sandbox_write(&box, "histogram.csv", text.data);
		evo_text_clear(&text);
		RUN(&box, &outcome, "benchmarks", "import", "nats-bench", "histogram.csv", "--name",
		    "histogram", "--replace");
		expect_status(&outcome, 0);
		outcome_clear(&outcome);
		RUN(&box, &outcome, "benchmarks", "show", "histogram-cifar10");
		expect_status(&outcome, 0);
		size_t sum = 0, bars = 0;
		for (char *line = strtok(outcome.out, "\n"); line != NULL;
		     line = strtok(NULL, "\n"))
			if (has(line, " .. ")) {
				sum += (size_t) atoi(strrchr(line, ' '));
				bars++;
			}
		assert_int_equal(sum, 40);
		assert_in_range(bars, 1, 12);
		outcome_clear(&outcome);
	}
}

/* ---- Wrong input ----------------------------------------------------------------------------- */

static void bad_input_is_named(void **state)
{
	(void) state;
	static const struct {
		int status;
		const char *says;
		const char *arguments[12];
	} cases[] = {
	        {2, "--test", {"--images", "train.npy", "--name", "x"}},
	        {2, "--name", {"--images", "train.npy", "--test", "test.npy"}},
	        {2, "--images", {"--test", "test.npy"}},
	        {2, "--images", {"--labels", "train_labels.npy"}},
	        {2, "--task", {"--task", "shapes", "--images", "a", "--test", "b", "--name", "x"}},
	        {2, "--publish", {"--rows", "1", "--publish"}},
	        {2, "--rows", {"--rows", "0"}},
	        {2, "--rows", {"--rows", "3-2"}},
	        {2, "--rows", {"--rows", "3-"}},
	        {2, "--rows", {"--rows", "-3"}},
	        {2, "--rows", {"--rows", "1-2-3"}},
	        {2, "rows 1 to 4", {"--name", "whole", "--rows", "4-5"}},
	        {2, "--networks", {"--networks", "1"}},
	        {2, "--rate", {"--rate", "0"}},
	        {2, "12x12", {"--name", "x", "--image", "12"}},
	        {1, "nothing is trained", {"--name", "x", "--publish"}},
	        {1, "/my-shapes: nothing is trained", {"--publish"}},
	        {1, "/my-glyphs: nothing is trained", {"--task", "glyphs", "--publish"}},
	        {2, "tiny201-shapes comes with the program", {"--name", "tiny201-shapes"}},
	        {2, "\"all\" stands for every benchmark", {"--name", "all"}},
	        {1, "another benchmark", {"--name", "whole", "--networks", "5"}},
	        {1,
	         "train.npy: its labels",
	         {"--images", "train.npy", "--test", "b", "--name", "x"}},
	        {1, "/none.bin", {"--images", "/none.bin", "--test", "b", "--name", "x"}},
	};
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		const char *arguments[16] = {BUILD};
		struct outcome outcome;
		for (size_t k = 0; cases[i].arguments[k] != NULL; k++)
			arguments[2 + k] = cases[i].arguments[k];
		run_program(&box, &outcome, arguments);
		expect_complaint(&outcome, cases[i].status, cases[i].says);
		outcome_clear(&outcome);
		assert_null(file_of("x", "trainings.partial"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(builds_whole),
	        cmocka_unit_test(goes_on_after_a_kill),
	        cmocka_unit_test(an_interruption_is_told),
	        cmocka_unit_test(rows_are_trained_again),
	        cmocka_unit_test(builds_of_a_persons_images),
	        cmocka_unit_test(show_tells_all),
	        cmocka_unit_test(the_histogram_adds_up),
	        cmocka_unit_test(bad_input_is_named),
	};
	return cmocka_run_group_tests_name("build", tests, open_box, close_box);
}
