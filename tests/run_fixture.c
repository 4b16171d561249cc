/*
 * Small searches on made benchmarks, for tests of the worker thread.
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "run_fixture.h"

char folder[] = "/tmp/evo_run_XXXXXX";
const char *const both[2] = {"nb201-cifar10", "nb201-cifar100"};

/* ---- The benchmark --------------------------------------------------------------------------- */

static void write_architecture(FILE *stream, struct evo_rng *rng, double *accuracy)
{
	static const char *const words[] = {"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3",
	                                    "avg_pool_3x3"};
	static const double gain[] = {0, 3, 4, 6, 1};
	static const char *const layout = "|0~0|+|1~0|2~1|+|3~0|4~1|5~2|";
	*accuracy = 50 + 4 * evo_rng_normal(rng);
	for (const char *c = layout; *c != '\0'; c++) {
		if (c[0] >= '0' && c[0] <= '9' && c[1] == '~') {
			size_t op = evo_rng_below(rng, EVO_COUNT(words));
			fprintf(stream, "%s~", words[op]);
			*accuracy += gain[op];
			c++;
		} else {
			fputc(*c, stream);
		}
	}
}

/* Benchmarks of so many rows, NAME-cifar10 and NAME-cifar100; flat: of one accuracy. */
static bool import(const char *name, size_t strings, bool flat)
{
	struct evo_error err = {0};
	struct evo_rng rng = evo_rng_stream(1, "test benchmark", 0);
	struct evo_import_report report;
	char *table = evo_path_join(folder, "table.csv");
	FILE *stream = fopen(table, "w");
	fprintf(stream, "ArchitectureString,CIFAR10TestAccuracy200Epochs,"
	                "CIFAR100TestAccuracy200Epochs\n");
	for (size_t i = 0; i < strings; i++) {
		double accuracy;
		write_architecture(stream, &rng, &accuracy);
		if (flat)
			fprintf(stream, ",10,10\n");
		else
			fprintf(stream, ",%.3f,%.3f\n", accuracy,
			        accuracy - 20 + evo_rng_normal(&rng));
	}
	fclose(stream);
	struct evo_import how = {.importer = evo_importer_find("nats-bench"),
	                         .file = table,
	                         .name = name,
	                         .format = EVO_IMAGES_NONE};
	bool good = evo_import_accuracies(&how, NULL, NULL, &report, &err);
	evo_import_report_clear(&report);
	if (!good)
		fprintf(stderr, "%s\n", err.message);
	free(table);
	return good;
}

int set_up(void **state)
{
	(void) state;
	if (mkdtemp(folder) == NULL)
		return -1;
	setenv("EVOSCOPE_DATA", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	return import("nb201", STRINGS, false) && import("few", 25, false) &&
	                       import("flat", STRINGS, true)
	               ? 0
	               : -1;
}

int tear_down(void **state)
{
	(void) state;
	return evo_remove_tree(folder, NULL) ? 0 : -1;
}

struct evo_run_config small_config(void)
{
	struct evo_run_config config = evo_run_config_default();
	config.benchmarks = both;
	config.benchmark_count = 2;
	/* Both with the outputs of one, so that they share their networks. */
	config.probe = (struct evo_probe_options){
	        .channels = 4, .cells = 1, .batch = 4, .side = 8, .classes = 10};
	config.gp.population = config.gp.offspring = 12;
	config.gp.generations = 4;
	config.gp.max_size = 12;
	config.gp.init_depth_max = 4;
	config.gp.max_depth = 6;
	config.gp.train = 20;
	config.gp.validation = 10;
	config.gp.elite = 1;
	config.seed = 5;
	config.threads = 1;
	return config;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

const struct evo_snapshot *wait_until(struct evo_run *run, unsigned states, size_t generation)
{
	double end = evo_now() + 280;
	for (;;) {
		const struct evo_snapshot *snapshot = evo_run_snapshot(run);
		if (states >> snapshot->state & 1 && snapshot->generation >= generation)
			return snapshot;
		if (snapshot->state == EVO_RUN_FAILED)
			fail_msg("the run failed: %s", snapshot->error);
		evo_snapshot_release(snapshot);
		assert_true(evo_now() < end);
		evo_run_wait(run, 1);
	}
}

void settle(struct evo_run *run, unsigned states)
{
	evo_snapshot_release(wait_until(run, states, 0));
}

struct evo_run *created(const struct evo_run_config *config)
{
	struct evo_error err = {0};
	struct evo_run *run = evo_run_create(config, &err);
	assert_string_equal(err.message, "");
	assert_non_null(run);
	return run;
}

void tell(struct evo_run *run, enum evo_command_kind kind, const char *text)
{
	struct evo_error err = {0};
	bool sent = evo_run_send(run, kind, text, &err);
	assert_string_equal(err.message, "");
	assert_true(sent);
}

void refused(struct evo_run *run, enum evo_command_kind kind, const char *text, const char *message)
{
	struct evo_error err = {0};
	assert_false(evo_run_send(run, kind, text, &err));
	assert_non_null(strstr(err.message, message));
}

size_t log_count(struct evo_run *run, const char *part)
{
	size_t found = 0;
	struct evo_log_line lines[64];
	uint64_t next = 0;
	size_t count, dropped;
	while ((count = evo_run_log(run, &next, lines, EVO_COUNT(lines), &dropped)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (strstr(lines[i].text, part) != NULL)
				found++;
		}
	}
	return found;
}

bool logged(struct evo_run *run, const char *part)
{
	return log_count(run, part) > 0;
}
