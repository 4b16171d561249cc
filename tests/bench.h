/*
 * Benchmarks of the program: what is measured, and how a line is printed. Every figure stands
 * beside a peer's of the same run, where there is one. The peer is PyTorch by the scripts in the
 * folder $EVOSCOPE_PEER, else ../shared/peer beside the source tree.
 */
#ifndef EVO_TESTS_BENCH_H
#define EVO_TESTS_BENCH_H

#include "evoscope/scoring.h"

/* ---- Lines: bench.c ---- */

/* One line: name and circumstances, figure and unit, the peer's name and figure (0: none), and
   figure / peer. */
void bench_line(const char *what, double figure, const char *unit, const char *peer,
                double peer_figure);
void bench_say(const char *format, ...) EVO_PRINTF(1, 2);
/* "error: message" to standard error, and ends the program. */
void bench_die(const struct evo_error *err);
double bench_median(double *values, size_t count);

/* ---- The peer: bench_peer.c ---- */

/* Is it there? Says once why not. */
bool bench_peer(void);
/* A file of its folder ("individuals.txt") or beside it ("../data/nb201/nats_bench.csv"); caller
   frees. */
char *bench_peer_path(const char *file);
/* Runs `bench_torch.py ARGUMENTS` and returns the number before `unit` in what it prints; 0 when it
   failed, which is said. */
double bench_peer_rate(const char *arguments, const char *unit);

/* ---- Networks: bench_networks.c ---- */

struct bench_size {
	size_t channels, cells, batch, side, networks;
};
/*
 * The first `count` cells with a convolution of the peer's table, else as many that are drawn.
 * Caller frees each and the list.
 */
char **bench_architectures(size_t count);
void bench_architectures_free(char **architectures, size_t count);
/* A store with the networks of that size; numbers[i] of each. memory: bytes. Noise for images. */
struct evo_store *bench_store(const struct bench_size *size, char **architectures, unsigned workers,
                              size_t memory, size_t *numbers);
/* The expressions of the peer's individuals.txt, else as many that are drawn; caller frees. */
struct evo_tree **bench_trees(size_t *count);

/* ---- What is measured ---- */

void bench_extract(void);
void bench_scaling(void);
void bench_evaluate(void);
void bench_bandwidth(void);
void bench_start(void);
void bench_search(void);
void bench_screen(void);
void bench_memory(void);
void bench_memory_child(void); /* in a process of its own */

/* Networks a second with that many threads, every statistic of the data pass read. */
double bench_extract_rate(const struct bench_size *size, unsigned threads);
/* Expressions times networks a second, statistics in memory. */
double bench_evaluate_rate(unsigned threads);

#endif
