/*
 * Runs a harness without libFuzzer: on the files that are named, or on those in corpus/HARNESS and
 * on small changes of them, which are the same every time.
 */
#include "config.h"

#include <dirent.h>
#include <signal.h>

#include "fuzz.h"

#ifndef FUZZ_CHANGES
#define FUZZ_CHANGES 2000 /* changed inputs in all, unless the environment says how many */
#endif

#define PATIENCE 120 /* seconds that an input may take before it is taken for one that hangs */

struct input {
	char *name;
	uint8_t *bytes;
	size_t size;
};

static struct input *inputs;
static size_t input_count;

/* ---- The input that is being run, kept when it goes wrong ------------------------------------ */

static const uint8_t *current;
static size_t current_size;
static char *failed_path;

static void keep_input(int number)
{
	FILE *stream = fopen(failed_path, "w");

	if (stream != NULL) {
		fwrite(current, 1, current_size, stream);
		fclose(stream);
		fprintf(stderr, "signal %d; the input is in %s\n", number, failed_path);
	}
	signal(number, SIG_DFL);
	raise(number);
}

/* The sanitizers' findings are to end in a signal, too. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__asan_default_options(void)
{
	return "abort_on_error=1:handle_abort=0:handle_segv=0:allocator_may_return_null=1";
}
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

static void run(const uint8_t *bytes, size_t size)
{
	/* A copy of its own, so that what reads beyond the end is noticed. */
	uint8_t *copy = evo_malloc(size > 0 ? size : 1);

	if (size > 0)
		memcpy(copy, bytes, size);
	current = copy;
	current_size = size;
	alarm(PATIENCE);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
}

/* ---- Reading the corpus ---------------------------------------------------------------------- */

static void read_input(const char *path)
{
	size_t size;
	char *bytes = evo_file_read(path, (size_t) 16 << 20, &size, NULL);

	if (bytes == NULL) {
		fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	inputs = evo_realloc(inputs, input_count + 1, sizeof(*inputs));
	inputs[input_count++] = (struct input){evo_strdup(path), (uint8_t *) bytes, size};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct input *) a)->name, ((const struct input *) b)->name);
}

static void read_folder(const char *folder)
{
	DIR *stream = opendir(folder);
	struct dirent *entry;

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		char *path = evo_path_join(folder, entry->d_name);
		if (entry->d_name[0] != '.')
			read_input(path);
		free(path);
	}
	if (stream != NULL)
		closedir(stream);
	if (input_count == 0) {
		fprintf(stderr, "nothing is in %s\n", folder);
		exit(1);
	}
	qsort(inputs, input_count, sizeof(*inputs), by_name);
}

/* ---- Changes --------------------------------------------------------------------------------- */

/* What readers stumble over. */
static const char *const tokens[] = {"",
                                     "0",
                                     "-1",
                                     "1e999",
                                     "nan",
                                     "inf",
                                     "18446744073709551616",
                                     "9223372036854775807",
                                     "-",
                                     "\"",
                                     "\"\"",
                                     ",",
                                     "\n",
                                     "\r\n",
                                     "\r",
                                     "\t",
                                     " ",
                                     "=",
                                     "[",
                                     "]",
                                     ";",
                                     "#",
                                     "(",
                                     ")",
                                     "()",
                                     "|",
                                     "~",
                                     "\\",
                                     "/",
                                     "..",
                                     "%s%n",
                                     "\xef\xbb\xbf",
                                     "\xff",
                                     "\xc3",
                                     "\xe2\x80\xae",
                                     "\033[",
                                     "\x7f",
                                     "all",
                                     "4294967296",
                                     "1e308",
                                     "+1",
                                     "0x10",
                                     "00000000000000000000000000000001"};

struct change {
	struct evo_text bytes; /* may hold NUL */
	struct evo_rng rng;
};

static size_t below(struct change *change, size_t bound)
{
	return evo_rng_below(&change->rng, bound);
}

/* Puts bytes in the place of some others. */
static void splice(struct change *change, size_t at, size_t length, const char *in, size_t count)
{
	struct evo_text out;

	evo_text_init(&out);
	evo_text_append_n(&out, change->bytes.data, at);
	evo_text_append_n(&out, in, count);
	evo_text_append_n(&out, change->bytes.data + at + length,
	                  change->bytes.length - at - length);
	evo_text_clear(&change->bytes);
	change->bytes = out;
}

static void change_once(struct change *change)
{
	size_t length = change->bytes.length, at = below(change, length + 1);
	size_t some = below(change, 1 + (length - at < 40 ? length - at : 40));
	const struct input *other = &inputs[below(change, input_count)];
	const char *token = tokens[below(change, EVO_COUNT(tokens))];
	size_t from = other->size > 0 ? below(change, other->size) : 0;
	char byte = (char) below(change, 256);

	switch (below(change, 7)) {
	case 0:
		splice(change, at, at < length, &byte, 1);
		break;
	case 1:
		if (at < length)
			change->bytes.data[at] =
			        (char) (change->bytes.data[at] ^ 1 << below(change, 8));
		break;
	case 2:
		splice(change, at, some, "", 0);
		break;
	case 3:
		splice(change, at, below(change, 2) ? some : 0, token, strlen(token));
		break;
	case 4: { /* once more what is there */
		char *again = evo_malloc(some + 1);
		memcpy(again, change->bytes.data + at, some);
		splice(change, below(change, length + 1), 0, again, some);
		free(again);
		break;
	}
	case 5: /* a part of another input */
		splice(change, at, some, (const char *) other->bytes + from,
		       below(change, 1 + (other->size - from < 200 ? other->size - from : 200)));
		break;
	case 6: /* cut short */
		splice(change, at, length - at, "", 0);
		break;
	}
}

static void run_changed(const char *harness, size_t number)
{
	struct change change = {.rng = evo_rng_stream(1, harness, number)};
	const struct input *from = &inputs[number % input_count];
	size_t steps = 1 + below(&change, 6);

	evo_text_init(&change.bytes);
	evo_text_append_n(&change.bytes, (const char *) from->bytes, from->size);
	for (size_t i = 0; i < steps; i++)
		change_once(&change);
	run((const uint8_t *) change.bytes.data, change.bytes.length);
	evo_text_clear(&change.bytes);
}

/* ---- The program ----------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	/* Of tests/fuzz/fuzz_csv it is csv. */
	const char *harness = strstr(slash != NULL ? slash + 1 : argv[0], "fuzz_");
	const char *source = getenv("srcdir"), *more = getenv("FUZZ_CHANGES");
	size_t changes = more != NULL ? strtoul(more, NULL, 10) : FUZZ_CHANGES;
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};

	harness = harness != NULL ? harness + 5 : argv[0];
	failed_path = evo_format("fuzz-%s.failed", harness);
	for (size_t i = 0; i < EVO_COUNT(signals); i++)
		signal(signals[i], keep_input);
	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			read_input(argv[i]);
	} else {
		char *folder = evo_format("%s/tests/fuzz/corpus/%s",
		                          source != NULL ? source : EVO_SOURCE_DIR, harness);
		read_folder(folder);
		free(folder);
	}
	for (size_t i = 0; i < input_count; i++)
		run(inputs[i].bytes, inputs[i].size);
	if (argc > 1)
		changes = 0;
	for (size_t i = 0; i < changes; i++)
		run_changed(harness, i);
	fprintf(stderr, "%s: %zu inputs, %zu changed ones\n", harness, input_count, changes);
	for (size_t i = 0; i < input_count; i++) {
		free(inputs[i].name);
		free(inputs[i].bytes);
	}
	free(inputs);
	free(failed_path);
	fuzz_folder_remove();
	return 0;
}
