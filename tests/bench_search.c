/* A whole search of the preset `eznas`, against the time that the peer's two rates give for it. */
#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NETWORKS    80
#define GENERATIONS 10
#define PASSES      3 /* data, noise, perturbed data: an extraction each */

/* Runs the program; what it printed, NULL when it failed. Caller frees. */
static char *run(const char *command)
{
	FILE *pipe = popen(command, "r");
	struct evo_text text;
	char bytes[4096];
	size_t got;

	evo_text_init(&text);
	while (pipe != NULL && (got = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		evo_text_append_n(&text, bytes, got);
	char *out = pipe != NULL && pclose(pipe) == 0 ? evo_strdup(text.data) : NULL;
	evo_text_clear(&text);
	return out;
}

/* The number behind `key` in the last line of JSON. */
static double number_of(const char *json, const char *key)
{
	const char *at = NULL, *next = json;

	while ((next = strstr(next, key)) != NULL)
		at = next += strlen(key);
	return at != NULL ? strtod(at, NULL) : 0;
}

static double peer_seconds(double evaluations)
{
	char *table = bench_peer_path("../data/nb201/nats_bench.csv");
	char *trees = bench_peer_path("individuals.txt");
	char *extract = evo_format("extract %u 10 16 1 16 32 %s", evo_cores(), table);
	char *evaluate = evo_format("evaluate 1 6 16 1 16 32 %s %s", table, trees);
	double networks = bench_peer_rate(extract, "networks/s");
	double rate = bench_peer_rate(evaluate, "evaluations/s");

	free(table);
	free(trees);
	free(extract);
	free(evaluate);
	if (networks <= 0 || rate <= 0)
		return 0;
	return PASSES * NETWORKS / networks + evaluations / rate;
}

void bench_search(void)
{
	char folder[] = "/tmp/evoscope-bench-XXXXXX", *table, *command, *out;

	if (!bench_peer())
		return;
	if (mkdtemp(folder) == NULL)
		return;
	table = bench_peer_path("../data/nb201/nats_bench.csv");
	command =
	        evo_format("EVOSCOPE_SHARED=" EVO_SOURCE_DIR "/data EVOSCOPE_DATA=%s " EVO_BUILD_DIR
	                   "/evoscope benchmarks import nats-bench %s >/dev/null",
	                   folder, table);
	out = run(command);
	free(command);
	free(table);
	if (out != NULL) {
		free(out);
		command = evo_format(
		        "EVOSCOPE_SHARED=" EVO_SOURCE_DIR "/data EVOSCOPE_DATA=%s " EVO_BUILD_DIR
		        "/evoscope evolve -b nb201-cifar10 --preset eznas --networks %d "
		        "--validation 2 --cells 1 --generations %d --no-store --quiet "
		        "--json",
		        folder, NETWORKS, GENERATIONS);
		double began = evo_now();
		out = run(command);
		double seconds = evo_now() - began;
		free(command);
		if (out != NULL) {
			double evaluations = number_of(out, "\"evaluations\":") * NETWORKS;
			double peer = peer_seconds(evaluations);
			/* As a rate, so that more is better: searches an hour. */
			bench_say("search, preset eznas, %d networks, %d generations: %.1f s, %.0f "
			          "evaluations; at the peer's rates %.1f s",
			          NETWORKS, GENERATIONS, seconds, evaluations, peer);
			bench_line("search, searches an hour", 3600 / seconds, "1/h", "PyTorch",
			           peer > 0 ? 3600 / peer : 0);
		}
	}
	if (out == NULL)
		bench_say("search: the program failed");
	free(out);
	evo_remove_tree(folder, NULL);
}
