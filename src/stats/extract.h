/* Extraction: one network's statistics, computed straight into the memory where they stay. */
#ifndef EVO_STATS_EXTRACT_H
#define EVO_STATS_EXTRACT_H

#include "evoscope/classic.h"
#include "evoscope/session.h"
#include "evoscope/store.h"

/* Statistics with the memory they lie in. stats comes first: a pointer to it is one to its
   block. */
struct evo_block {
	struct evo_stats stats;
	struct evo_unit_stats *units;
	char *names;   /* of the units, one after the other */
	void *memory;  /* tensors */
	size_t bytes;  /* of memory; the store's */
	unsigned held; /* by how many; the store's */
	bool orphan;   /* no longer its network's: dies when nobody holds it; the store's */
};
void evo_block_destroy(struct evo_block *block);

/* Memory of one worker, used for one extraction after another. */
struct evo_workspace {
	void *work;
	size_t work_bytes;
	struct evo_extract_profile *profile; /* NULL: nobody asks */
};
void evo_workspace_clear(struct evo_workspace *workspace);

/* What an extraction will do, settled before any memory is taken. */
struct evo_extraction {
	const struct evo_probe *probe;
	const char *architecture;
	evo_needs needs;
	unsigned passes; /* bits 1 << evo_pass */
	struct evo_graph *graph;
	struct evo_session *sessions[EVO_PASSES]; /* may be the same one */
	size_t offsets[EVO_PASSES];               /* of each pass's kept tensors in the block */
	struct evo_classic *classic;              /* NULL: none is wanted */
	bool weights_stay;                        /* in the block; else they lie in the workspace */
	size_t weights_offset;
	size_t block_bytes, work_bytes;
};

/* probe and architecture are borrowed until the extraction is destroyed. */
struct evo_extraction *evo_extraction_plan(const struct evo_probe *probe, const char *architecture,
                                           evo_needs needs, struct evo_error *err);
void evo_extraction_destroy(struct evo_extraction *extraction);

/*
 * NULL with EVO_E_MEMORY. inputs: B,3,side,side of each pass; labels: of the data. memory:
 * block_bytes or more by evo_big_alloc, NULL when that is 0; it becomes the block's, and is freed
 * on failure.
 */
struct evo_block *evo_extraction_run(struct evo_extraction *extraction,
                                     float *const inputs[EVO_PASSES], const unsigned short *labels,
                                     struct evo_workspace *workspace, void *memory,
                                     struct evo_error *err);

/* What has to be stored of a pass; more than one statistic can be made from one. */
struct evo_stored {
	bool x, gr, y, gy, gw, gin, logits;
};
struct evo_stored evo_needs_stored(evo_needs needs, enum evo_pass pass);

#endif
