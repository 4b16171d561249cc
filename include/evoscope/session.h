/*
 * session: one graph run with one batch size, forward and then backward, over OpenBLAS.
 *
 * A session owns the tensors that the passes leave, or places them in its caller's memory. It
 * belongs to one thread at a time. BatchNorm is in training mode unless said otherwise. Every
 * function works in single and in double precision from one source.
 */
#ifndef EVOSCOPE_SESSION_H
#define EVOSCOPE_SESSION_H

#include "evoscope/parameters.h"

/* What a session has to leave readable; the rest of its memory is used again on the way. */
enum {
	EVO_KEEP_VALUE = 1, /* a node's value */
	EVO_KEEP_GRADIENT =
	        2, /* the gradient at a node's value, complete after the backward pass */
	EVO_SKIP_PARAMETERS = 4, /* the gradient of this node's own parameters is not wanted */
};

struct evo_session;

/*
 * keep: one byte a node, or NULL for everything. backward false: only the forward pass will be
 * run. Memory is allocated once, here. What is kept never changes a bit of any result.
 */
struct evo_session *evo_session_create(const struct evo_graph *graph, enum evo_precision precision,
                                       size_t batch, const unsigned char *keep, bool backward,
                                       struct evo_error *err);
void evo_session_destroy(struct evo_session *session);
size_t evo_session_bytes(const struct evo_session *session); /* kept and work together */

/* Bytes that a session of that kind would take, without making one. */
size_t evo_session_size(const struct evo_graph *graph, enum evo_precision precision, size_t batch,
                        const unsigned char *keep, bool backward);

/*
 * A session in its caller's memory: planned without any, then placed. `kept` holds what stays
 * readable (kept tensors and all parameter gradients), `work` everything that is used again. One
 * work block serves any number of sessions whose passes do not interleave, and a session may be
 * placed anew before a forward pass, so that each input's tensors land where they are to stay.
 * Both blocks are 64-byte aligned, belong to the caller and need not be cleared.
 */
struct evo_session *evo_session_plan(const struct evo_graph *graph, enum evo_precision precision,
                                     size_t batch, const unsigned char *keep, bool backward);
size_t evo_session_kept_bytes(const struct evo_session *session);
size_t evo_session_work_bytes(const struct evo_session *session);
void evo_session_place(struct evo_session *session, void *kept, void *work);

/* How BatchNorm normalises. */
enum evo_norm_mode {
	EVO_NORM_BATCH,    /* by the batch's mean and biased variance: training mode, the default */
	EVO_NORM_RUNNING,  /* by given means and variances: evaluation mode */
	EVO_NORM_IDENTITY, /* not at all: its value is its input, scale and shift unused */
};
/*
 * running (EVO_NORM_RUNNING only): a mean, then a variance for every channel of every BatchNorm,
 * evo_graph_norm_channels means followed by as many variances, BatchNorms in node order. It is
 * read at every forward pass and belongs to the caller.
 */
void evo_session_set_norm(struct evo_session *session, enum evo_norm_mode mode,
                          const double *running);

/* input: B,C,H,W in the session's precision; read during the call only. */
void evo_session_forward(struct evo_session *session, const struct evo_parameters *parameters,
                         const void *input);

/*
 * The backward pass of the last forward pass. seed: gradient at the logits, B,classes; NULL is all
 * ones (the loss is the sum of the logits). Gradients of all parameters are left in the session.
 * What no gradient reaches is zero.
 */
void evo_session_backward(struct evo_session *session, const struct evo_parameters *parameters,
                          const void *seed);

/*
 * Kept tensors of the last passes; NULL when the session was not asked to keep them. Nodes whose
 * tensors are equal may share one: the gradients at a sum and at what only it uses, and all that
 * is zero because no gradient reaches it.
 */
const void *evo_session_value(const struct evo_session *session, size_t node);
const void *evo_session_gradient(const struct evo_session *session, size_t node);
/* Does the backward pass compute a gradient at this node? Where it does not, it reads as zero. */
bool evo_session_gradient_reaches(const struct evo_session *session, size_t node);
/* Gradients of all parameters, laid out as in evo_parameters. */
const void *evo_session_parameter_gradient(const struct evo_session *session,
                                           const struct evo_parameter *parameter);
/* Mean and biased variance of each channel at a BatchNorm's input, of the last forward pass in
   EVO_NORM_BATCH; NULL for other nodes. */
const double *evo_session_batch_mean(const struct evo_session *session, size_t node);
const double *evo_session_batch_variance(const struct evo_session *session, size_t node);

#endif
