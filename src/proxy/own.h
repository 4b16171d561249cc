/*
 * The file of the user's own proxies: where it is, and what a name in it may be. Reading it and
 * changing it share these.
 */
#ifndef EVO_PROXY_OWN_H
#define EVO_PROXY_OWN_H

#include "evoscope/proxy.h"

/* Caller frees. */
char *evo_own_path(void);

/* Can a proxy of the user's be called so? EVO_E_INPUT says why not. */
bool evo_own_name_check(const char *name, struct evo_error *err);

#endif
