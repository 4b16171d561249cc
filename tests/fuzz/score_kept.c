/*
 * What is kept of a scoring that was stopped. Lines get the hash that belongs to them, but for
 * those that begin with `!`.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>

#include "../../src/score/score.h"
#include "fuzz.h"

#define NETWORKS ((size_t) 3)
#define TREES    ((size_t) 2)
#define PASSES   ((size_t) 2)

struct fixture {
	struct scored scored;
	struct evo_score_config config;
	struct score_pass passes[PASSES];
	double scores[PASSES * TREES * NETWORKS], milliseconds[PASSES * NETWORKS];
	struct evo_tree trees[TREES];
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){.config = {.seed = 1, .repeats = PASSES}};
	for (size_t t = 0; t < TREES; t++)
		FUZZ_CHECK(evo_tree_parse(t == 0 ? "units" : "params", &f->trees[t], NULL));
	for (size_t p = 0; p < PASSES; p++) {
		double *milliseconds = f->milliseconds + p * NETWORKS;
		f->passes[p] = (struct score_pass){p + 1, f->scores + p * TREES * NETWORKS,
		                                   milliseconds, 0};
		for (size_t i = 0; i < NETWORKS; i++)
			milliseconds[i] = (double) NAN;
	}
	f->scored = (struct scored){.config = &f->config,
	                            .trees = f->trees,
	                            .tree_count = TREES,
	                            .passes = f->passes,
	                            .pass_count = PASSES};
	f->scored.cases.network_count = NETWORKS;
}

/* The journal's file with these lines in it. Caller frees the path. */
static char *write_journal(const struct fixture *f, const char *lines)
{
	struct evo_score_key key = score_journal_key(&f->scored);
	char *name = evo_format("scores/%016" PRIx64 ".partial", key.hash[0]);
	struct evo_text text;

	evo_text_init(&text);
	evo_text_printf(&text, "evoscope scoring 1 %016" PRIx64 "%016" PRIx64 "\n", key.hash[0],
	                key.hash[1]);
	while (*lines != '\0') {
		size_t length = strcspn(lines, "\n");
		char *line = evo_strndup(lines, length);
		if (*line == '!')
			evo_text_printf(&text, "%s\n", line + 1);
		else
			evo_text_printf(&text, "%s %016" PRIx64 "\n", line, evo_hash_text(line));
		free(line);
		lines += length + (lines[length] == '\n');
	}
	char *path = fuzz_file(name, text.data, text.length);
	evo_text_clear(&text);
	free(name);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fixture *f = evo_malloc(sizeof(*f));

	if (size > FUZZ_INPUT_MAX) {
		free(f);
		return -1;
	}
	char *folder = evo_path_join(fuzz_folder(), "scores"), *text = fuzz_text(data, size);
	FUZZ_CHECK(evo_make_directories(folder, NULL));
	set_up(f);
	free(write_journal(f, text));
	score_journal_open(&f->scored);
	FUZZ_CHECK(f->scored.journal != NULL);
	size_t done = 0;
	for (size_t p = 0; p < PASSES; p++) {
		FUZZ_CHECK(f->passes[p].done <= NETWORKS);
		done += f->passes[p].done;
		for (size_t i = 0, there = 0; i < NETWORKS; i++) {
			there += isnan(f->passes[p].milliseconds[i]) ? 0 : 1;
			FUZZ_CHECK(i + 1 < NETWORKS || there == f->passes[p].done);
		}
	}
	FUZZ_CHECK(score_journal_kept(&f->scored) == done);
	score_journal_close(&f->scored, false);
	free(folder);
	free(text);
	free(f);
	return 0;
}
