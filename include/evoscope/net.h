/*
 * net: networks as a list of operations on tensors, run forward and backward over OpenBLAS.
 *
 * A graph says what is computed; it knows no weights, no batch size and no precision. Parameters
 * hold the weights in one precision. A session runs one graph with one batch size: forward, then
 * backward, in training mode unless said otherwise. One session belongs to one thread at a time;
 * graphs and parameters may be shared for reading.
 *
 * Tensors are dense, row-major: B,C,H,W for images, O,I/groups,Kh,Kw for convolution weights, B,F
 * for logits. Every function works in single and in double precision from one source.
 */
#ifndef EVOSCOPE_NET_H
#define EVOSCOPE_NET_H

#include "evoscope/base.h"

enum evo_precision {
	EVO_F32,
	EVO_F64
};
size_t evo_precision_size(enum evo_precision precision); /* bytes of one number */

/* ---- Graph ----------------------------------------------------------------------------------- */

enum evo_op {
	EVO_OP_INPUT,     /* the images */
	EVO_OP_ZERO,      /* zeros of a shape; no gradient goes through it */
	EVO_OP_RELU,      /* max(a, 0) */
	EVO_OP_CONV,      /* convolution without bias */
	EVO_OP_BATCHNORM, /* over batch and plane of each channel; epsilon 1e-5, biased variance */
	EVO_OP_ADD,       /* sum of any number of equal shapes, from left to right */
	EVO_OP_AVGPOOL,   /* mean over a window; padding is not counted */
	EVO_OP_MAXPOOL,   /* maximum over a window; the first of equals gets the gradient */
	EVO_OP_GLOBAL_POOL, /* mean over the plane: C,H,W -> C,1,1 */
	EVO_OP_LINEAR,      /* C -> classes, with bias */
	EVO_OP_CONCAT,      /* along channels */
	EVO_OP_SHIFT,       /* one pixel up and left; zeros enter at the bottom and right */
};

/* A tensor's shape for one image. */
struct evo_shape {
	size_t channels, height, width;
};

/* Geometry of a convolution or pooling window; evo_window(k, s) is square and padded by k / 2. */
struct evo_window {
	size_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
};
struct evo_window evo_window(size_t kernel, size_t stride);

enum evo_parameter_kind {
	EVO_CONV_WEIGHT,
	EVO_BN_SCALE,
	EVO_BN_SHIFT,
	EVO_FC_WEIGHT,
	EVO_FC_BIAS
};

struct evo_parameter {
	char name[48]; /* "stem.weight", "cell3.e31.weight", "cell3.e31.bn.scale", "fc.bias" */
	enum evo_parameter_kind kind;
	size_t dims[4]; /* unused trailing dimensions are 1 */
	size_t count;   /* numbers in it */
	size_t offset;  /* where it begins among all parameters */
};

struct evo_graph_node {
	enum evo_op op;
	struct evo_shape shape;     /* of its value */
	size_t first_input, inputs; /* a range of graph->inputs */
	struct evo_window window;   /* convolutions and pooling */
	size_t groups;              /* convolutions */
	int parameter; /* index of its weight or scale; -1 without. Bias or shift follows it */
};

/*
 * A unit: one ReLU - convolution - BatchNorm triple, the place where statistics are read. The
 * ReLU belongs to this unit alone, so that its input's gradient is the one through this branch.
 */
struct evo_unit {
	char name[32];           /* "cell3.e31", "cell5.a" */
	size_t relu, conv, norm; /* node indices; the unit's input is the ReLU's input node */
};

struct evo_graph {
	struct evo_graph_node *nodes;
	size_t node_count;
	size_t *inputs; /* node indices, all nodes' inputs one after the other */
	size_t input_count;
	struct evo_parameter *parameters;
	size_t parameter_count;
	size_t parameter_total; /* numbers in all parameters: `params` */
	struct evo_unit *units;
	size_t unit_count;
	size_t output;   /* the node of the logits; set by evo_graph_linear */
	size_t features; /* the node before the global pool */
};

/*
 * Building. Every function appends a node and returns its index; inputs are indices of earlier
 * nodes. Names become parameter names. They abort on shapes that cannot be (a builder's mistake,
 * never input): a space validates the text before it builds.
 */
struct evo_graph *evo_graph_create(void);
void evo_graph_destroy(struct evo_graph *graph);
size_t evo_graph_input(struct evo_graph *graph, struct evo_shape shape);
size_t evo_graph_zero(struct evo_graph *graph, struct evo_shape shape);
size_t evo_graph_relu(struct evo_graph *graph, size_t input);
size_t evo_graph_conv(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window, size_t groups);
/* affine: with a trainable scale and shift. */
size_t evo_graph_norm(struct evo_graph *graph, const char *name, size_t input, bool affine);
size_t evo_graph_add(struct evo_graph *graph, const size_t *inputs, size_t count);
size_t evo_graph_avgpool(struct evo_graph *graph, size_t input, struct evo_window window);
size_t evo_graph_maxpool(struct evo_graph *graph, size_t input, struct evo_window window);
size_t evo_graph_global_pool(struct evo_graph *graph, size_t input);
size_t evo_graph_linear(struct evo_graph *graph, const char *name, size_t input, size_t classes);
size_t evo_graph_concat(struct evo_graph *graph, const size_t *inputs, size_t count);
size_t evo_graph_shift(struct evo_graph *graph, size_t input);
/* ReLU, convolution, BatchNorm, and the unit that they are. Returns the BatchNorm's node. */
size_t evo_graph_unit(struct evo_graph *graph, const char *name, size_t input, size_t channels,
                      struct evo_window window);

/* Multiply-adds of convolutions and linear layers for one image: `flops`. */
double evo_graph_flops(const struct evo_graph *graph);

/* ---- Parameters ------------------------------------------------------------------------------ */

/* All trainable numbers of one network, one after the other as the graph lists them. */
struct evo_parameters {
	enum evo_precision precision;
	size_t count;
	void *values;
};
bool evo_parameters_init(struct evo_parameters *parameters, const struct evo_graph *graph,
                         enum evo_precision precision, struct evo_error *err);
void evo_parameters_clear(struct evo_parameters *parameters);
void *evo_parameter_values(const struct evo_parameters *parameters,
                           const struct evo_parameter *parameter);

/*
 * Initial weights: convolutions Kaiming normal, fan-out, gain sqrt(2) (He et al. 2015; standard
 * deviation sqrt(2 / (O k k))), BatchNorm 1 and 0, linear normal with standard deviation 0.01 and
 * bias 0. Each parameter comes from the stream (seed, "weights NAME PARAMETER", 0), NAME being the
 * architecture's text: it depends on nothing else.
 */
void evo_parameters_random(struct evo_parameters *parameters, const struct evo_graph *graph,
                           const char *name, uint64_t seed);

/* ---- Sessions -------------------------------------------------------------------------------- */

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
	EVO_NORM_BATCH, /* by the batch's own mean and biased variance: training mode, the default */
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
size_t evo_graph_norm_channels(const struct evo_graph *graph);

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

/*
 * Mean cross-entropy of logits B,classes against labels, each below classes. gradient (may be
 * NULL): the loss's gradient at the logits, to be the seed of a backward pass. correct (may be
 * NULL): how many images have their label's logit largest, the first of equals winning.
 */
double evo_cross_entropy(enum evo_precision precision, const void *logits,
                         const unsigned short *labels, size_t batch, size_t classes, void *gradient,
                         size_t *correct);

/*
 * w' H d: w the weights of convolutions and linear layers, H the Hessian of the mean cross-entropy
 * with respect to them, d a direction given as the gradients of a session's parameters are (what
 * it says of BatchNorms and biases is not read). Single precision, BatchNorm in training mode.
 *
 * It is the mixed derivative of the loss along w and d, carried forward through the network beside
 * the values (Fike and Alonso, "The development of hyper-dual numbers for exact second-derivative
 * calculations", AIAA 2011): exact, where a difference of two gradients would pass over kinks of
 * ReLUs, and cheaper. A ReLU's and a maximum's second derivative is 0, as it is almost everywhere.
 *
 * work: evo_curvature_bytes, 64-byte aligned, need not be cleared.
 */
size_t evo_curvature_bytes(const struct evo_graph *graph, size_t batch);
double evo_curvature(const struct evo_graph *graph, const struct evo_parameters *parameters,
                     const float *direction, const float *input, const unsigned short *labels,
                     size_t batch, void *work);

/* ---- Small dense matrices, for what is made of a network's tensors --------------------------- */

/* sign is -1, 0 or 1, NaN where an entry is not finite; magnitude is log |det|. */
struct evo_determinant {
	double sign, magnitude;
};
/*
 * By LU with partial pivoting; the n x n matrix is destroyed. A pivot of magnitude at most n 2^-52
 * times the largest entry counts as zero: without this rule matrices of signs, or of rows that are
 * alike, would be judged by rounding noise.
 */
struct evo_determinant evo_determinant_of(double *matrix, size_t n);
/* Of n pivots, `step` numbers from one to the next, for whoever eliminates. odd: rows changed
   places an odd number of times; zero: what counts as zero, NaN where an entry is not finite. What
   comes after a pivot that is zero does not matter. */
struct evo_determinant evo_determinant_of_pivots(const double *pivots, size_t n, size_t step,
                                                 bool odd, double zero);

/* Eigenvalues, ascending, of a symmetric n x n matrix, which is destroyed. work: as many bytes as
   evo_eigenvalues_work says. False when LAPACK fails. */
size_t evo_eigenvalues_work(size_t n);
bool evo_eigenvalues(double *matrix, size_t n, double *values, void *work);

/* Bit i of the words: x[i] > 0; bits beyond the last are 0. */
size_t evo_sign_words(size_t count);
void evo_sign_bits(const float *x, size_t count, uint64_t *out);
/* In how many bits two rows of words differ. */
size_t evo_bits_apart(const uint64_t *a, const uint64_t *b, size_t words);

/* ---- Where the time goes --------------------------------------------------------------------- */

enum evo_work {
	EVO_WORK_CONV_FORWARD,
	EVO_WORK_CONV_WEIGHT, /* gradients of convolutions' weights */
	EVO_WORK_CONV_DATA,   /* gradients at convolutions' inputs, through the ReLU before them */
	EVO_WORK_NORM,        /* BatchNorm, both ways */
	EVO_WORK_POOL,
	EVO_WORK_ADD,   /* sums, concatenations, and copies of gradients */
	EVO_WORK_OTHER, /* ReLU by itself, linear layer, shift, copying the images */
	EVO_WORKS
};
const char *evo_work_name(enum evo_work work); /* "convolution, forward" */

/* Summed over passes. flops: two a multiply-add, of convolutions and linear layers only. bytes: of
   the tensors that an operation reads and writes, each once: the least that it can move. */
struct evo_profile {
	struct {
		double seconds, flops, bytes;
	} work[EVO_WORKS];
};

/* From now on the session's passes add to the profile, which is the caller's; NULL ends it. */
void evo_session_profile(struct evo_session *session, struct evo_profile *profile);

/*
 * What one thread of this machine reaches, measured for about so many seconds: flops a second of
 * sgemm on 768 x 768 matrices, and bytes a second (read plus written) of memcpy on blocks larger
 * than the caches. 0 when there is no memory to try.
 */
double evo_sgemm_peak(double seconds);
double evo_copy_bandwidth(double seconds);

/* ---- Training -------------------------------------------------------------------------------- */

/* Images in memory: normalised floats N,3,side,side and labels below classes. */
struct evo_images {
	float *pixels;
	unsigned short *labels; /* NULL: without labels */
	size_t count, side, classes;
};
void evo_images_clear(struct evo_images *images);

struct evo_training {
	size_t epochs, batch;
	double rate, momentum, weight_decay; /* SGD with Nesterov momentum, cosine schedule to 0 */
	bool flip;                           /* mirror images left to right at random */
	size_t shift;                        /* move them by up to so many pixels, zeros enter */
	uint64_t seed; /* initial weights, order and augmentation: same seed, same result */
};
/* As NAS-Bench-201 trains, but for 12 epochs: batch 256, rate 0.1, momentum 0.9, weight decay
   5e-4, flips, shifts of up to 4 pixels. */
struct evo_training evo_training_default(void);

struct evo_trained {
	double train_loss, train_accuracy; /* of the last epoch, as seen in training */
	double test_accuracy;              /* percent, BatchNorm by running statistics */
	double seconds;
};

/*
 * Trains a network from its initial weights (evo_parameters_random with name and the seed) by
 * cross-entropy. Every epoch takes as many whole batches as there are, in a new order; a batch is
 * no larger than the training set. test may be NULL: test_accuracy is then NaN. cancel (may be
 * NULL) is read at every batch. Errors: EVO_E_INPUT (images without labels, or of another size or
 * more classes than the graph's; nothing to train on), EVO_E_MEMORY, EVO_E_CANCELLED.
 */
bool evo_train(const struct evo_graph *graph, const char *name, const struct evo_images *train,
               const struct evo_images *test, const struct evo_training *how,
               const volatile bool *cancel, struct evo_trained *result, struct evo_error *err);

/*
 * OpenBLAS. It has no threads of its own here; for a library of it that starts some all the same,
 * main calls evo_blas_begin before anything else, which then begins the program anew without them.
 */
void evo_blas_begin(char **argv);
/* The kernels that it chose. */
const char *evo_blas_name(void);
/*
 * Before networks are run, by so many threads besides those reserved so far: takes OpenBLAS's
 * memory for them (128 MB of address space each, of which little is used), for without it OpenBLAS
 * would wait for ever. EVO_E_MEMORY says how much is needed. Buffers that were released serve the
 * next who reserves.
 */
bool evo_blas_reserve(unsigned threads, struct evo_error *err);
void evo_blas_release(unsigned threads);
/*
 * A pool whose threads run networks: the same, with a pool. 0 threads: as many as evo_cores() says,
 * or fewer, where address space is limited.
 */
struct evo_pool *evo_net_pool_create(unsigned threads, struct evo_error *err);
void evo_net_pool_destroy(struct evo_pool *pool);
/* The instruction set of our own convolutions; "none" where BLAS does them all. */
const char *evo_kernel_name(void);

#endif
