/*
 * score_key: what scores depend on, as a hash, so that those of another time can be told apart.
 *
 * The same key stands for the same bits: of the same expression on the same network by the same
 * arithmetic.
 */
#ifndef EVOSCOPE_SCORE_KEY_H
#define EVOSCOPE_SCORE_KEY_H

#include "evoscope/cases.h"

/* Two hashes: one to find things by, one to be sure. */
struct evo_score_key {
	uint64_t hash[2];
};
/* The key of this machine's arithmetic: another program, processor or library may round
   otherwise. */
struct evo_score_key evo_score_key_machine(void);
/* What else they depend on. A text counts with its end, so that it cannot run into the next one. */
void evo_score_key_text(struct evo_score_key *key, const char *text);
void evo_score_key_number(struct evo_score_key *key, uint64_t number);
void evo_score_key_tree(struct evo_score_key *key, const struct evo_tree *tree);
/* Everything about a probe but its seed. */
void evo_score_key_probe(struct evo_score_key *key, const struct evo_probe *probe);

#endif
