/*
 * The thread that reads all benchmarks, one after the other, and tells the screen by a pipe when
 * one is there.
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalogue.h"

struct ui_catalogue {
	size_t count;
	int pipe[2];
	bool threaded;
	pthread_t thread;
	atomic_bool quit;

	pthread_mutex_t lock;
	struct ui_entry *entries;
	bool signalled; /* a byte is in the pipe */
};

static void describe(const struct evo_benchmark *benchmark, struct ui_entry *out)
{
	const struct evo_macro *macro = &benchmark->macro;

	snprintf(out->title, sizeof(out->title), "%s", benchmark->title);
	snprintf(out->space, sizeof(out->space), "%s", benchmark->space->name);
	snprintf(out->dataset, sizeof(out->dataset), "%s", benchmark->dataset);
	evo_benchmark_image_text(benchmark, benchmark, out->images, sizeof(out->images));
	snprintf(out->origin, sizeof(out->origin), "%s%s",
	         benchmark->hides ? "hides the embedded one of this name; " : "",
	         benchmark->origin);
	snprintf(out->probe, sizeof(out->probe), "C %zu N %zu, batch %zu of 3x%zux%zu, %zu classes",
	         macro->channels, macro->cells, benchmark->batch, macro->side, macro->side,
	         macro->classes);
	out->embedded = benchmark->embedded;
	out->networks = benchmark->row_count;
	out->functions = benchmark->function_count;
	out->ceiling = benchmark->ceiling;
	evo_benchmark_facts(benchmark, &out->facts);
}

static void read_one(struct ui_catalogue *catalogue, size_t index)
{
	struct ui_entry entry = catalogue->entries[index];
	struct evo_error err = {0};
	struct evo_benchmark *benchmark = evo_benchmark_load(entry.name, &err);

	entry.read = true;
	if (benchmark != NULL) {
		describe(benchmark, &entry);
		evo_benchmark_destroy(benchmark);
	} else {
		evo_error_text(&err, entry.error, sizeof(entry.error));
	}
	pthread_mutex_lock(&catalogue->lock);
	catalogue->entries[index] = entry;
	if (!catalogue->signalled)
		catalogue->signalled = write(catalogue->pipe[1], "", 1) == 1;
	pthread_mutex_unlock(&catalogue->lock);
}

static void *work(void *context)
{
	struct ui_catalogue *catalogue = context;

	for (size_t i = 0; i < catalogue->count && !catalogue->quit; i++)
		read_one(catalogue, i);
	return NULL;
}

struct ui_catalogue *ui_catalogue_create(struct evo_error *err)
{
	struct ui_catalogue *catalogue = evo_calloc(1, sizeof(*catalogue));
	char **names = evo_benchmark_names(&catalogue->count, err);

	catalogue->entries = evo_calloc(catalogue->count, sizeof(*catalogue->entries));
	for (size_t i = 0; i < catalogue->count; i++) {
		snprintf(catalogue->entries[i].name, sizeof(catalogue->entries[i].name), "%s",
		         names[i]);
		free(names[i]);
	}
	free(names);
	pthread_mutex_init(&catalogue->lock, NULL);
	if (pipe2(catalogue->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		catalogue->pipe[0] = catalogue->pipe[1] = -1;
	catalogue->threaded = evo_thread_start(&catalogue->thread, work, catalogue, NULL);
	/* Without a thread they are read here and now. */
	if (!catalogue->threaded)
		work(catalogue);
	return catalogue;
}

void ui_catalogue_destroy(struct ui_catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	catalogue->quit = true;
	if (catalogue->threaded)
		pthread_join(catalogue->thread, NULL);
	for (int i = 0; i < 2; i++)
		if (catalogue->pipe[i] >= 0)
			close(catalogue->pipe[i]);
	pthread_mutex_destroy(&catalogue->lock);
	free(catalogue->entries);
	free(catalogue);
}

int ui_catalogue_descriptor(const struct ui_catalogue *catalogue)
{
	return catalogue->pipe[0];
}

size_t ui_catalogue_count(const struct ui_catalogue *catalogue)
{
	return catalogue->count;
}

void ui_catalogue_entries(struct ui_catalogue *catalogue, struct ui_entry *entries)
{
	char byte;

	pthread_mutex_lock(&catalogue->lock);
	memcpy(entries, catalogue->entries, catalogue->count * sizeof(*entries));
	if (catalogue->signalled)
		catalogue->signalled = read(catalogue->pipe[0], &byte, 1) != 1;
	pthread_mutex_unlock(&catalogue->lock);
}
