/*
 * Files of images. The first byte says what they are: CIFAR-10's, CIFAR-100's, told by what is in
 * them, or a .npy array; for an array the next two say how long it is, and its labels follow.
 */
#include "config.h"

#include <math.h>

#include "evoscope/image_files.h"
#include "fuzz.h"

static void check_set(const struct evo_image_set *set)
{
	const struct evo_images *images = &set->train;
	size_t pixels = images->count * 3 * images->side * images->side;

	FUZZ_CHECK(images->count > 0 && images->side > 0 && set->kept.count <= images->count);
	for (size_t i = 0; i < images->count; i++)
		FUZZ_CHECK(images->labels[i] < images->classes);
	for (size_t i = 0; i < pixels; i++)
		FUZZ_CHECK(!isnan(images->pixels[i]));
}

/* What `benchmarks import --images` does with the same file. */
static void check_taken(const struct evo_cifar_format *format, const char *path)
{
	struct evo_error err = {0};
	struct evo_images images = {0};
	size_t count;
	char hash[17];
	unsigned char *records = evo_cifar_take(format, path, &count, hash, &err);

	if (!fuzz_told(records != NULL, &err))
		return;
	FUZZ_CHECK(count > 0 && count <= EVO_PROBE_IMAGES && strlen(hash) == 16);
	FUZZ_CHECK(evo_cifar_decode(records, count, format->classes, &images, NULL));
	evo_images_clear(&images);
	free(records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const endings[] = {":cifar10", ":cifar100", "", ":npy"};
	struct evo_image_set set = {0};
	struct evo_error err = {0};

	if (size < 3 || size > FUZZ_INPUT_MAX)
		return -1;
	unsigned kind = data[0] & 3;
	size_t split = kind >= 2 ? data[1] + 256u * data[2] : size - 3;
	data += 3;
	size -= 3;
	split = split < size ? split : size;
	char *images = fuzz_file("images", data, split);
	char *labels = fuzz_file("labels", data + split, size - split);
	char *named = evo_format("%s%s", images, endings[kind]);
	const char *const lists[] = {named, labels};
	struct evo_image_files files = {lists, lists + 1, 1, kind == 3};
	if (fuzz_told(evo_image_set_load(&set, &files, &files, 0, 0, 0, &err), &err))
		check_set(&set);
	evo_image_set_clear(&set);
	if (kind < 2)
		check_taken(evo_cifar_format(kind == 0 ? EVO_IMAGES_CIFAR10 : EVO_IMAGES_CIFAR100),
		            images);
	free(named);
	free(images);
	free(labels);
	return 0;
}
