/*
 * Studies of the small benchmarks of run_fixture.h, and waiting for what they answer.
 */
#ifndef STUDY_FIXTURE_H
#define STUDY_FIXTURE_H

#include "run_fixture.h"

typedef bool (*is_reached)(const struct evo_study_snapshot *s, uint64_t id, size_t networks);

struct evo_study_config small_study(void);
struct evo_study_config slow_study(void);
struct evo_study *open_study(const struct evo_study_config *config);
uint64_t ask_texts(struct evo_study *study, const char *const *texts, size_t count,
                   struct evo_request question);
uint64_t ask_text(struct evo_study *study, const char *text, struct evo_request question);
bool has_networks(const struct evo_study_snapshot *s, uint64_t id, size_t networks);
bool is_whole(const struct evo_study_snapshot *s, uint64_t id, size_t networks);
bool is_idle(const struct evo_study_snapshot *s, uint64_t id, size_t networks);
bool is_empty(const struct evo_study_snapshot *s, uint64_t id, size_t networks);
const struct evo_study_snapshot *wait_for(struct evo_study *study, is_reached reached, uint64_t id,
                                          size_t networks);

#endif
