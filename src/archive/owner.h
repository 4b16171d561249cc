/* Inside archive: which program drives a run, so that two do not drive one. */
#ifndef EVO_ARCHIVE_OWNER_H
#define EVO_ARCHIVE_OWNER_H

#include "evoscope/base.h"

struct evo_owner {
	char host[72],
	        boot[72]; /* "" where nobody drives it; boot: with the PID namespace behind it */
	int64_t process, started; /* started: tells a process from a later one of its number */
	int64_t signs,
	        signed_at; /* signs of life so far, the last one by its clock; 0: it gives none */
};
void evo_owner_self(struct evo_owner *out);
bool evo_owner_same(const struct evo_owner *a, const struct evo_owner *b);

/*
 * Who drives a run gives a sign of life every EVO_SIGN_SECONDS. On this host it is seen whether the
 * process is there. Of another host, or of a container with numbers of its own, signs alone tell,
 * by two clocks that may differ: who has been silent for EVO_SILENT_SECONDS is gone if no sign
 * comes while one watches for EVO_WATCH_SECONDS, and is gone without that after EVO_GONE_SECONDS.
 */
#define EVO_SIGN_SECONDS   10
#define EVO_SILENT_SECONDS 180
#define EVO_WATCH_SECONDS  25
#define EVO_GONE_SECONDS   3600
enum evo_owner_is {
	EVO_OWNER_GONE,
	EVO_OWNER_SILENT,
	EVO_OWNER_ALIVE /* or it cannot be told: an earlier program, which gives no signs */
};
enum evo_owner_is evo_owner_look(const struct evo_owner *owner);
/* Says that the owner has the run of that name, and what to do; false. */
bool evo_owner_refuse(const struct evo_owner *owner, const char *name, struct evo_error *err);

#endif
