/* Inside run: which program drives a run, so that two do not drive one. */
#ifndef EVO_RUN_OWNER_H
#define EVO_RUN_OWNER_H

#include "evoscope/base.h"

struct evo_owner {
	char host[72], boot[48];  /* "" where nobody drives it */
	int64_t process, started; /* started: tells a process from a later one of its number */
};
void evo_owner_self(struct evo_owner *out);
bool evo_owner_same(const struct evo_owner *a, const struct evo_owner *b);
/* Does it still run? Of another machine that cannot be known: true. */
bool evo_owner_alive(const struct evo_owner *owner);

#endif
