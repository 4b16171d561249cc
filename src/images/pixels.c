/*
 * Images get their memory, are brought to a smaller side, and are normalised.
 */
#include "config.h"

#include "evoscope/image_files.h"
#include "pixels.h"

bool images_allocate(struct evo_images *images, size_t count, size_t side, size_t classes,
                     struct evo_error *err)
{
	size_t pixels = 3 * side * side;

	*images = (struct evo_images){.side = side, .classes = classes};
	if (count > SIZE_MAX / sizeof(*images->pixels) / pixels)
		return evo_fail(err, EVO_E_MEMORY, "%zu images are more than memory holds", count);
	images->pixels = evo_big_alloc(count * pixels * sizeof(*images->pixels), "images", err);
	if (images->pixels == NULL)
		return false;
	images->labels = evo_calloc(count + 1, sizeof(*images->labels));
	images->count = count;
	return true;
}

/* One plane of side 2h to side h. out may be in, as no place is written before it is read. */
static void halve(const float *in, float *out, size_t half)
{
	for (size_t y = 0; y < half; y++) {
		const float *upper = in + 4 * y * half, *lower = upper + 2 * half;

		for (size_t x = 0; x < half; x++)
			out[y * half + x] = 0.25f * ((upper[2 * x] + upper[2 * x + 1]) +
			                             (lower[2 * x] + lower[2 * x + 1]));
	}
}

bool evo_images_can_shrink(size_t from, size_t to)
{
	size_t ratio = to ? from / to : 0;

	return ratio > 0 && from % to == 0 && (ratio & (ratio - 1)) == 0;
}

bool evo_images_shrink(struct evo_images *images, size_t side, struct evo_error *err)
{
	if (!evo_images_can_shrink(images->side, side))
		return evo_fail(err, EVO_E_INPUT,
		                "images of %zux%zu cannot be brought to %zux%zu; halving them "
		                "once or several times is what can be done",
		                images->side, images->side, side, side);
	while (images->side > side) {
		size_t half = images->side / 2;

		for (size_t plane = 0; plane < 3 * images->count; plane++)
			halve(images->pixels + plane * 4 * half * half,
			      images->pixels + plane * half * half, half);
		images->side = half;
	}
	return true;
}

void evo_images_normalise(struct evo_images *images, const struct evo_image_scale *scale)
{
	size_t plane = images->side * images->side;

	for (size_t i = 0; i < 3 * images->count; i++) {
		double mean = scale->mean[i % 3], deviation = scale->deviation[i % 3];

		for (size_t k = 0; k < plane; k++) {
			float *pixel = &images->pixels[i * plane + k];

			*pixel = (float) (((double) *pixel - mean) / deviation);
		}
	}
}
