/* make bench: runs the benchmarks that are named, or all, and prints a line for each figure. */
#include "config.h"

#include "evoscope/blas.h"
#include "bench.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*run)(void);
} benchmarks[] = {
        {"extract", bench_extract}, {"evaluate", bench_evaluate}, {"bandwidth", bench_bandwidth},
        {"scaling", bench_scaling}, {"memory", bench_memory},     {"start", bench_start},
        {"search", bench_search},   {"screen", bench_screen},
};

void bench_line(const char *what, double figure, const char *unit, const char *peer,
                double peer_figure)
{
	printf("%-58s %9.3g %-13s", what, figure, unit);
	if (peer_figure > 0)
		printf(" %-13s %9.3g  %6.2f x", peer, peer_figure, figure / peer_figure);
	printf("\n");
	fflush(stdout);
}

void bench_say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
}

void bench_die(const struct evo_error *err)
{
	fprintf(stderr, "bench: %s\n", err->message);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;
	return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool asked_for(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc == 1;
}

static bool known(const char *name)
{
	for (size_t i = 0; i < EVO_COUNT(benchmarks); i++)
		if (!strcmp(benchmarks[i].name, name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "memory-child")) {
		bench_memory_child();
		return 0;
	}
	for (int i = 1; i < argc; i++)
		if (!known(argv[i])) {
			fprintf(stderr, "bench: there is no benchmark \"%s\"\n", argv[i]);
			return 2;
		}
	bench_say("%s, %u cores; OpenBLAS kernels %s, own kernels %s", evo_processor(), evo_cores(),
	          evo_blas_name(), evo_kernel_name());
	for (size_t i = 0; i < EVO_COUNT(benchmarks); i++)
		if (asked_for(benchmarks[i].name, argc, argv))
			benchmarks[i].run();
	return 0;
}
