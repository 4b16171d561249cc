/*
 * The plan of a session: which values and gradients are needed, which share a tensor, and where
 * each lies in the session's two blocks.
 *
 * Time runs from 0 (forward step of node 0) to the forward step of the last node, then backwards:
 * see forward_time and backward_time. A step reads and writes only tensors that are in use then.
 *
 * Nothing that is decided from `keep` changes which numbers are added in which order: it only
 * decides what is stored.
 */
#include "config.h"

#include "memory.h"
#include "session.h"

#include <stdlib.h>

struct planner {
	struct evo_session *session;
	const struct evo_graph *graph;
	const unsigned char *keep;
	struct evo_node_plan *plan;
	size_t count;
	bool *computed;
	struct evo_lifetime *value, *gradient; /* by node; first > last: not stored */
};

static size_t forward_time(size_t node)
{
	return node;
}

static size_t backward_time(const struct planner *p, size_t node)
{
	return 2 * p->count - node;
}

static bool keeps(const struct planner *p, size_t node, unsigned what)
{
	return p->keep != NULL ? p->keep[node] & what : what != EVO_SKIP_PARAMETERS;
}

static enum evo_op op_of(const struct planner *p, size_t node)
{
	return p->graph->nodes[node].op;
}

static size_t tensor_bytes(const struct planner *p, size_t node)
{
	struct evo_shape s = p->graph->nodes[node].shape;
	size_t bytes = p->session->batch * s.channels * s.height * s.width * p->session->size;
	return (bytes + 63) / 64 * 64;
}

/* ---- What is needed ---- */

static void find_users(struct planner *p)
{
	for (size_t n = 0; n < p->count; n++)
		p->plan[n].sole_user = p->count;
	bool *used = evo_calloc(p->count, sizeof(bool));
	for (size_t n = 0; n < p->count; n++)
		for (size_t i = 0; i < p->graph->nodes[n].inputs; i++) {
			size_t input = input_of(p->session, n, i);
			p->plan[input].sole_user = used[input] ? p->count : n;
			used[input] = true;
		}
	free(used);
}

/* Live: on a way from the loss to something whose gradient is wanted. */
static void find_live(struct planner *p)
{
	bool *reached = evo_calloc(p->count, sizeof(bool));
	reached[p->graph->output] = true;
	for (size_t n = p->count; n-- > 0;)
		for (size_t i = 0; i < p->graph->nodes[n].inputs && reached[n]; i++)
			reached[input_of(p->session, n, i)] = true;
	for (size_t n = 0; n < p->count; n++) {
		struct evo_node_plan *plan = &p->plan[n];
		plan->parameters = p->session->backward && p->graph->nodes[n].parameter >= 0 &&
		                   !keeps(p, n, EVO_SKIP_PARAMETERS);
		plan->wanted_value = keeps(p, n, EVO_KEEP_VALUE);
		plan->wanted_gradient = p->session->backward && keeps(p, n, EVO_KEEP_GRADIENT);
		bool needed = plan->wanted_gradient || plan->parameters;
		for (size_t i = 0; i < p->graph->nodes[n].inputs; i++)
			needed |= p->plan[input_of(p->session, n, i)].live;
		/* An input that is needed and feeds a reached node is itself reached. */
		plan->live = p->session->backward && reached[n] && needed;
	}
	free(reached);
}

/* Every BatchNorm is computed, whether or not its value goes anywhere: its moments may be asked
   for. */
static void find_computed(struct planner *p)
{
	for (size_t n = p->count; n-- > 0;) {
		if (p->plan[n].wanted_value || n == p->graph->output ||
		    op_of(p, n) == EVO_OP_BATCHNORM)
			p->computed[n] = true;
		for (size_t i = 0; i < p->graph->nodes[n].inputs && p->computed[n]; i++)
			p->computed[input_of(p->session, n, i)] = true;
	}
}

static void find_fusions(struct planner *p)
{
	bool *other_user = evo_calloc(p->count, sizeof(bool)); /* one that is no convolution */
	bool *user = evo_calloc(p->count, sizeof(bool));
	for (size_t n = 0; n < p->count; n++)
		for (size_t i = 0; i < p->graph->nodes[n].inputs; i++) {
			user[input_of(p->session, n, i)] = true;
			other_user[input_of(p->session, n, i)] |= op_of(p, n) != EVO_OP_CONV;
		}
	for (size_t n = 0; n < p->count; n++) {
		struct evo_node_plan *plan = &p->plan[n];
		size_t sole = plan->sole_user;
		if (op_of(p, n) == EVO_OP_RELU) {
			plan->virtual_relu = user[n] && !other_user[n];
			plan->fused_relu = plan->virtual_relu && sole < p->count;
		}
		if (op_of(p, n) == EVO_OP_CONV && sole < p->count)
			plan->lazy_norm =
			        op_of(p, sole) == EVO_OP_BATCHNORM && !plan->wanted_gradient;
	}
	free(other_user);
	free(user);
}

/* What only a sum uses has the sum's gradient. */
static void find_roots(struct planner *p)
{
	for (size_t n = p->count; n-- > 0;) {
		size_t sole = p->plan[n].sole_user;
		bool shares = sole < p->count && op_of(p, sole) == EVO_OP_ADD && p->plan[n].live;
		p->plan[n].gradient_root = shares ? p->plan[sole].gradient_root : n;
	}
}

/* ---- Lifetimes ---- */

static void use(struct evo_lifetime *tensor, size_t time)
{
	if (time < tensor->first)
		tensor->first = time;
	if (time > tensor->last)
		tensor->last = time;
}

/* Convolution `conv` reads `node`, by itself or through a ReLU. */
static void use_by_conv(struct planner *p, size_t node, size_t conv)
{
	use(&p->value[node], forward_time(conv));
	if (p->plan[conv].live && p->plan[conv].parameters)
		use(&p->value[node], backward_time(p, conv));
}

static void use_by_relu(struct planner *p, size_t node, size_t relu)
{
	const struct evo_node_plan *plan = &p->plan[relu];
	if (!plan->virtual_relu || plan->wanted_value)
		use(&p->value[node], forward_time(relu));
	if (plan->live)
		use(&p->value[node], backward_time(p, plan->fused_relu ? plan->sole_user : relu));
	for (size_t n = relu + 1; n < p->count && plan->virtual_relu; n++)
		if (op_of(p, n) == EVO_OP_CONV && input_of(p->session, n, 0) == relu &&
		    p->computed[n])
			use_by_conv(p, node, n);
}

static void use_values(struct planner *p, size_t user)
{
	for (size_t i = 0; i < p->graph->nodes[user].inputs; i++) {
		size_t node = input_of(p->session, user, i);
		enum evo_op_reads reads = evo_op_row(op_of(p, user))->reads;
		switch (op_of(p, user)) {
		case EVO_OP_RELU:
			use_by_relu(p, node, user);
			continue;
		case EVO_OP_CONV:
			if (!p->plan[node].virtual_relu)
				use_by_conv(p, node, user);
			continue;
		case EVO_OP_BATCHNORM:
			if (p->plan[node].live && p->plan[node].lazy_norm)
				use(&p->value[node], backward_time(p, node));
			break;
		default:
			break;
		}
		use(&p->value[node], forward_time(user));
		if (p->plan[user].live &&
		    (reads == EVO_READS_INPUT ||
		     (reads == EVO_READS_FOR_GRADIENT && p->plan[user].parameters)))
			use(&p->value[node], backward_time(p, user));
	}
}

static void find_value_lifetimes(struct planner *p)
{
	for (size_t n = 0; n < p->count; n++)
		if (p->computed[n])
			use_values(p, n);
	for (size_t n = 0; n < p->count; n++) {
		bool stored = p->value[n].first <= p->value[n].last;
		if (stored || p->plan[n].wanted_value || n == p->graph->output)
			use(&p->value[n], forward_time(n));
	}
}

/* When a user adds to its inputs' gradients. */
static size_t giving_time(const struct planner *p, size_t user)
{
	const struct evo_node_plan *plan = &p->plan[user];
	return backward_time(p, plan->fused_relu ? plan->sole_user : user);
}

/* Finds which use of every node is the first to give it a gradient. */
static void find_first_givers(struct planner *p)
{
	size_t *earliest = evo_calloc(p->count, sizeof(size_t)); /* its time; 0: none yet */
	size_t *which = evo_calloc(p->count, sizeof(size_t));
	for (size_t user = 0; user < p->count; user++)
		for (size_t i = 0; i < p->graph->nodes[user].inputs && p->plan[user].live; i++) {
			size_t node = input_of(p->session, user, i), time = giving_time(p, user);
			if (!p->plan[node].live || p->plan[node].gradient_root != node)
				continue;
			if (earliest[node] && earliest[node] <= time)
				continue;
			earliest[node] = time;
			which[node] = p->graph->nodes[user].first_input + i;
		}
	for (size_t n = 0; n < p->count; n++)
		if (earliest[n]) {
			p->session->first[which[n]] = true;
			use(&p->gradient[n], earliest[n]);
		}
	free(earliest);
	free(which);
}

static void find_gradient_lifetimes(struct planner *p)
{
	find_first_givers(p);
	if (p->plan[p->graph->output].live)
		use(&p->gradient[p->graph->output], p->count);
	for (size_t n = 0; n < p->count; n++) {
		const struct evo_node_plan *plan = &p->plan[n];
		if (!plan->live)
			continue;
		struct evo_lifetime *gradient = &p->gradient[plan->gradient_root];
		bool unstored = op_of(p, n) == EVO_OP_CONV
		                        ? plan->lazy_norm
		                        : plan->fused_relu && !plan->wanted_gradient;
		if (unstored) {
			*gradient = (struct evo_lifetime){.first = SIZE_MAX};
			continue;
		}
		use(gradient, backward_time(p, n));
		if (op_of(p, n) != EVO_OP_BATCHNORM)
			continue;
		size_t conv = input_of(p->session, n, 0);
		if (p->plan[conv].live && p->plan[conv].lazy_norm)
			use(gradient, backward_time(p, conv));
	}
}

/* ---- Places ---- */

static struct evo_place take(size_t *bytes, size_t size)
{
	struct evo_place place = {EVO_KEPT, *bytes};
	*bytes += size;
	return place;
}

static void place_zeros(struct planner *p)
{
	struct evo_session *s = p->session;
	struct evo_place zeros = {EVO_ZEROS, s->zeros_offset};
	for (size_t n = 0; n < p->count; n++) {
		struct evo_node_plan *plan = &p->plan[n];
		bool zero_value = evo_op_row(op_of(p, n))->forward == NULL && p->computed[n];
		bool zero_gradient = plan->wanted_gradient && !plan->live;
		if (zero_value)
			plan->value = zeros;
		if (zero_gradient)
			plan->gradient = zeros;
		if ((zero_value || zero_gradient) && tensor_bytes(p, n) > s->zeros_bytes)
			s->zeros_bytes = tensor_bytes(p, n);
	}
}

static void place_kept(struct planner *p)
{
	struct evo_session *s = p->session;
	size_t gradients = s->backward ? p->graph->parameter_total * s->size : 0;
	s->gradients_bytes = (gradients + 63) / 64 * 64;
	s->zeros_offset = s->gradients_bytes;
	place_zeros(p);
	size_t bytes = s->zeros_offset + s->zeros_bytes;
	for (size_t n = 0; n < p->count; n++)
		if (p->plan[n].wanted_value && p->plan[n].value.region == EVO_NOWHERE)
			p->plan[n].value = take(&bytes, tensor_bytes(p, n));
	for (size_t n = p->count; n-- > 0;) {
		struct evo_node_plan *root = &p->plan[p->plan[n].gradient_root];
		if (p->plan[n].wanted_gradient && root->gradient.region == EVO_NOWHERE)
			root->gradient = take(&bytes, tensor_bytes(p, n));
	}
	s->kept_bytes = bytes;
}

static bool in_work(const struct evo_lifetime *lifetime, const struct evo_place *place)
{
	return lifetime->first <= lifetime->last && place->region == EVO_NOWHERE;
}

static void place_work(struct planner *p)
{
	struct evo_lifetime *tensors = evo_calloc(2 * p->count, sizeof(struct evo_lifetime));
	struct evo_place **places = evo_calloc(2 * p->count, sizeof(struct evo_place *));
	size_t count = 0;
	for (size_t n = 0; n < p->count; n++) {
		struct evo_node_plan *plan = &p->plan[n];
		p->value[n].bytes = p->gradient[n].bytes = tensor_bytes(p, n);
		if (in_work(&p->value[n], &plan->value)) {
			places[count] = &plan->value;
			tensors[count++] = p->value[n];
		}
		if (in_work(&p->gradient[n], &plan->gradient)) {
			places[count] = &plan->gradient;
			tensors[count++] = p->gradient[n];
		}
	}
	p->session->work_bytes = evo_memory_plan(tensors, count);
	for (size_t i = 0; i < count; i++)
		*places[i] = (struct evo_place){EVO_WORK, tensors[i].offset};
	for (size_t n = 0; n < p->count; n++)
		p->plan[n].gradient = p->plan[p->plan[n].gradient_root].gradient;
	free(tensors);
	free(places);
}

static void place_scratch(struct planner *p)
{
	struct evo_session *s = p->session;
	size_t scratch = 0;
	for (size_t n = 0; n < p->count; n++) {
		const struct evo_op_row *row = evo_op_row(op_of(p, n));
		struct evo_geometry geometry = evo_node_geometry(s->graph, n, s->batch);
		if (row->scratch == NULL)
			continue;
		size_t bytes = row->scratch(s->kernels, &geometry, p->plan[n].live);
		if (bytes > scratch)
			scratch = bytes;
	}
	s->scratch_offset = s->work_bytes;
	s->work_bytes += (scratch + 63) / 64 * 64;
}

void evo_plan_session(struct evo_session *session, const unsigned char *keep)
{
	size_t count = session->graph->node_count, norm = 0;
	struct planner p = {.session = session,
	                    .graph = session->graph,
	                    .keep = keep,
	                    .plan = session->plan,
	                    .count = count,
	                    .computed = evo_calloc(count, sizeof(bool)),
	                    .value = evo_calloc(count, sizeof(struct evo_lifetime)),
	                    .gradient = evo_calloc(count, sizeof(struct evo_lifetime))};
	for (size_t n = 0; n < count; n++) {
		p.value[n].first = p.gradient[n].first = SIZE_MAX;
		p.plan[n].norm = norm;
		if (op_of(&p, n) == EVO_OP_BATCHNORM)
			norm += session->graph->nodes[n].shape.channels;
	}
	find_users(&p);
	find_live(&p);
	find_computed(&p);
	find_fusions(&p);
	find_roots(&p);
	find_value_lifetimes(&p);
	if (session->backward)
		find_gradient_lifetimes(&p);
	place_kept(&p);
	place_work(&p);
	place_scratch(&p);
	for (size_t n = 0; n < count; n++)
		session->plan[n].computed = p.computed[n];
	free(p.computed);
	free(p.value);
	free(p.gradient);
}
