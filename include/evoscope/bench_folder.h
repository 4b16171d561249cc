/*
 * Folders of benchmarks: where they are, what they may be called, and how one appears whole.
 */
#ifndef EVOSCOPE_BENCH_FOLDER_H
#define EVOSCOPE_BENCH_FOLDER_H

#include "evoscope/base.h"

#define EVO_BENCH_MANIFEST "manifest.ini"
#define EVO_BENCH_TABLE    "table.csv"
#define EVO_BENCH_IMAGES   "images.bin"
/* The trainings of a build that is not finished, a line each. */
#define EVO_BENCH_JOURNAL "trainings.partial"

/* Is it plain (evo_name_is_plain)? EVO_E_USAGE says why it cannot name a benchmark. */
bool evo_bench_name_check(const char *name, struct evo_error *err);

/*
 * May a benchmark be made under this name? Not where it would change what the name means: `all` is
 * every benchmark, and one of the user's would hide an embedded one. What is there already may be
 * finished, or replaced.
 */
bool evo_bench_new_name_check(const char *name, struct evo_error *err);
/* Is there an embedded benchmark of the name? */
bool evo_bench_is_embedded(const char *name);

/* The folder that NAME has, or would have, in the user's data. Caller frees. */
char *evo_bench_user_folder(const char *name);

/* Is a benchmark there? A folder without a manifest is none (yet). */
bool evo_bench_folder_holds(const char *folder);

/* The folder of a benchmark by name, the user's first. NULL: EVO_E_NOT_FOUND. Caller frees. */
char *evo_bench_folder_find(const char *name, bool *embedded, struct evo_error *err);

/*
 * A benchmark that is being written: files go into `path`, a temporary folder beside the target.
 * Published, it takes the target's place in one step; dropped, nothing of it is left.
 */
struct evo_bench_staging {
	char *path, *target;
	int lock; /* of the folder, as long as there is a target */
};
bool evo_bench_staging_begin(struct evo_bench_staging *draft, const char *target,
                             struct evo_error *err);
/* replace: what is there is removed; else EVO_E_INPUT. The draft is over whatever the result. */
bool evo_bench_staging_publish(struct evo_bench_staging *draft, bool replace,
                               struct evo_error *err);
/* Drops what was not published; nothing when it was. */
void evo_bench_staging_drop(struct evo_bench_staging *draft);

#endif
