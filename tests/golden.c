/*
 * Readers of golden files: networks and tensors that PyTorch has written.
 */
#include "config.h"

#include "golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t) 1 << 30)

static void broken(const char *path, const char *what)
{
	fprintf(stderr, "golden network: %s: %s\n", path, what);
	abort();
}

char *golden_path(size_t index, const char *file)
{
	const char *folder = getenv("EVOSCOPE_GOLDEN");
	if (folder == NULL)
		folder = EVO_SOURCE_DIR "/../shared/golden";
	return evo_format("%s/net%02zu/%s", folder, index, file);
}

size_t golden_total(void)
{
	size_t count = 0;
	for (;; count++) {
		char *path = golden_path(count, "net.txt");
		bool there = evo_path_exists(path);
		free(path);
		if (!there)
			break;
	}
	if (count == 0)
		fprintf(stderr, "no golden networks (set EVOSCOPE_GOLDEN): not compared\n");
	return count;
}

static char *contents(const char *path, size_t *length)
{
	struct evo_error err = {0};
	char *text = evo_file_read(path, FILE_MAX, length, &err);
	if (text == NULL)
		broken(path, err.message);
	return text;
}

static void read_net(struct golden *golden, const char *path)
{
	size_t length;
	char *text = contents(path, &length), *rest = NULL;
	struct {
		const char *name;
		size_t *value;
	} numbers[] = {{"C", &golden->macro.channels},
	               {"N", &golden->macro.cells},
	               {"classes", &golden->macro.classes},
	               {"batch", &golden->batch},
	               {"image", &golden->macro.side},
	               {"params", &golden->parameters},
	               {"units", &golden->units}};
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, ' ');
		if (value == NULL)
			broken(path, line);
		*value++ = '\0';
		if (strcmp(line, "arch") == 0)
			snprintf(golden->architecture, sizeof(golden->architecture), "%s", value);
		for (size_t i = 0; i < EVO_COUNT(numbers); i++)
			if (strcmp(line, numbers[i].name) == 0)
				*numbers[i].value = strtoul(value, NULL, 10);
	}
	free(text);
}

/* "NAME f32 DIM... @OFFSET" */
static void read_tensor(struct golden *golden, const char *path, char *line, size_t total)
{
	struct golden_tensor tensor = {.dims = {1, 1, 1, 1}, .count = 1};
	char *rest = NULL, *word = strtok_r(line, " ", &rest);
	size_t rank = 0, offset = total;
	snprintf(tensor.name, sizeof(tensor.name), "%s", word != NULL ? word : "");
	word = strtok_r(NULL, " ", &rest);
	if (word == NULL || strcmp(word, "f32") != 0)
		broken(path, tensor.name);
	while ((word = strtok_r(NULL, " ", &rest)))
		if (*word == '@')
			offset = strtoul(word + 1, NULL, 10);
		else if (rank < 4)
			tensor.dims[rank++] = strtoul(word, NULL, 10);
	for (size_t i = 0; i < 4; i++)
		tensor.count *= tensor.dims[i];
	if (offset + tensor.count > total)
		broken(path, "a tensor outside of tensors.f32");
	tensor.values = golden->numbers + offset;
	golden->tensors = evo_realloc(golden->tensors, golden->tensor_count + 1, sizeof(tensor));
	golden->tensors[golden->tensor_count++] = tensor;
}

struct golden *golden_read(size_t index)
{
	struct golden *golden = evo_calloc(1, sizeof(*golden));
	char *net = golden_path(index, "net.txt"), *list = golden_path(index, "tensors.txt");
	char *numbers = golden_path(index, "tensors.f32"), *rest = NULL;
	size_t bytes, length;
	snprintf(golden->name, sizeof(golden->name), "net%02zu", index);
	read_net(golden, net);
	golden->numbers = (float *) (void *) contents(numbers, &bytes);
	char *text = contents(list, &length);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		read_tensor(golden, list, line, bytes / sizeof(float));
	free(text);
	free(net);
	free(list);
	free(numbers);
	return golden;
}

void golden_destroy(struct golden *golden)
{
	free(golden->numbers);
	free(golden->tensors);
	free(golden);
}

const struct golden_tensor *golden_find(const struct golden *golden, const char *name)
{
	for (size_t i = 0; i < golden->tensor_count; i++)
		if (strcmp(golden->tensors[i].name, name) == 0)
			return &golden->tensors[i];
	return NULL;
}

const struct golden_tensor *golden_tensor(const struct golden *golden, const char *format, ...)
{
	char name[96];
	va_list list;
	va_start(list, format);
	vsnprintf(name, sizeof(name), format, list);
	va_end(list);
	const struct golden_tensor *tensor = golden_find(golden, name);
	if (tensor == NULL)
		broken(golden->name, name);
	return tensor;
}

double golden_proxy(size_t index, const char *name)
{
	size_t length;
	char *path = golden_path(index, "proxies.txt"), *text = contents(path, &length);
	char *rest = NULL;
	double value = NAN;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *space = strchr(line, ' ');
		if (space == NULL)
			broken(path, line);
		*space = '\0';
		if (strcmp(line, name) == 0)
			value = strtod(space + 1, NULL);
	}
	free(text);
	free(path);
	return value;
}

static void set(struct evo_parameters *parameters, const struct evo_parameter *p, size_t at,
                double value)
{
	void *values = evo_parameter_values(parameters, p);
	if (parameters->precision == EVO_F64)
		((double *) values)[at] = value;
	else
		((float *) values)[at] = (float) value;
}

unsigned short *golden_labels(const struct golden *golden)
{
	const struct golden_tensor *labels = golden_tensor(golden, "labels");
	unsigned short *classes = evo_calloc(labels->count, sizeof(*classes));
	for (size_t i = 0; i < labels->count; i++)
		classes[i] = (unsigned short) labels->values[i];
	return classes;
}

void golden_parameters(const struct golden *golden, const struct evo_graph *graph,
                       struct evo_parameters *parameters)
{
	for (size_t i = 0; i < graph->parameter_count; i++) {
		const struct evo_parameter *p = &graph->parameters[i];
		bool norm = p->kind == EVO_BN_SCALE || p->kind == EVO_BN_SHIFT;
		const struct golden_tensor *tensor =
		        norm ? NULL : golden_tensor(golden, "%s", p->name);
		if (tensor != NULL && tensor->count != p->count)
			broken(golden->name, p->name);
		for (size_t k = 0; k < p->count; k++)
			set(parameters, p, k,
			    tensor != NULL ? (double) tensor->values[k] : p->kind == EVO_BN_SCALE);
	}
}

void *golden_copy(const struct golden_tensor *tensor, enum evo_precision precision)
{
	void *copy = evo_calloc(tensor->count, evo_precision_size(precision));
	for (size_t i = 0; i < tensor->count; i++)
		if (precision == EVO_F64)
			((double *) copy)[i] = (double) tensor->values[i];
		else
			((float *) copy)[i] = tensor->values[i];
	return copy;
}
