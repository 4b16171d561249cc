/*
 * A contact sheet: what the images of a benchmark look like, in a picture file.
 */
#include "config.h"

#include "evoscope/bench.h"

#include <stdlib.h>
#include <string.h>

#define ACROSS  ((size_t) 16) /* images of a class */
#define SIDE    ((size_t) 48) /* of an image on the sheet, about */
#define GAP     ((size_t) 2)
#define CLASSES ((size_t) 65536) /* at most, as labels are */

/* Three bytes a pixel, white to begin with. */
struct sheet {
	unsigned char *bytes;
	size_t width, height, cell;
	size_t zoom; /* pixels of the sheet to a side of an image's pixel */
};

/* Four standard deviations from black to white: normalised values have mean 0. */
static unsigned char byte_of(float value)
{
	float scaled = 127.5f + value * 63.75f;

	return (unsigned char) (scaled < 0 ? 0 : scaled > 255 ? 255 : scaled + 0.5f);
}

static void place(struct sheet *sheet, const struct evo_images *images, size_t index, size_t line,
                  size_t column)
{
	size_t side = images->side, plane = side * side;
	const float *pixels = images->pixels + index * 3 * plane;

	for (size_t y = 0; y < side * sheet->zoom; y++) {
		unsigned char *out =
		        sheet->bytes + 3 * ((GAP + line * sheet->cell + y) * sheet->width + GAP +
		                            column * sheet->cell);

		for (size_t x = 0; x < side * sheet->zoom; x++)
			for (size_t channel = 0; channel < 3; channel++)
				*out++ = byte_of(pixels[channel * plane + y / sheet->zoom * side +
				                        x / sheet->zoom]);
	}
}

/* A line for every class that has an image. */
static bool fill(struct sheet *sheet, const struct evo_images *images, struct evo_error *err)
{
	size_t *lines = evo_calloc(CLASSES, sizeof(*lines)), count = 0;
	size_t *placed = evo_calloc(CLASSES, sizeof(*placed));

	for (size_t i = 0; i < images->count; i++)
		placed[images->labels[i]] = 1;
	for (size_t class = 0; class < CLASSES; class ++) {
		lines[class] = count;
		count += placed[class];
		placed[class] = 0;
	}
	sheet->zoom = images->side < SIDE ? SIDE / images->side : 1;
	sheet->cell = images->side * sheet->zoom + GAP;
	sheet->width = GAP + ACROSS * sheet->cell;
	sheet->height = GAP + count * sheet->cell;
	sheet->bytes = evo_big_alloc(3 * sheet->width * sheet->height, "a contact sheet", err);
	if (sheet->bytes != NULL)
		memset(sheet->bytes, 255, 3 * sheet->width * sheet->height);
	for (size_t i = 0; i < images->count && sheet->bytes != NULL; i++) {
		size_t class = images->labels[i];

		if (placed[class] < ACROSS)
			place(sheet, images, i, lines[class], placed[class]++);
	}
	free(placed);
	free(lines);
	return sheet->bytes != NULL;
}

static bool write_file(const struct sheet *sheet, const char *path, struct evo_error *err)
{
	struct evo_file *file = evo_file_create(path, err);
	FILE *stream;

	if (file == NULL)
		return false;
	stream = evo_file_stream(file);
	fprintf(stream, "P6\n%zu %zu\n255\n", sheet->width, sheet->height);
	fwrite(sheet->bytes, 3 * sheet->width, sheet->height, stream);
	return evo_file_commit(file, err); /* which sees what failed before */
}

bool evo_benchmark_sheet(const struct evo_benchmark *benchmark, const char *path,
                         struct evo_error *err)
{
	size_t count = benchmark->task != NULL ? EVO_PROBE_IMAGES : benchmark->image_count;
	struct evo_images images;
	struct sheet sheet = {0};
	bool done;

	if (benchmark->task == NULL && benchmark->image_format == EVO_IMAGES_NONE)
		return evo_fail(err, EVO_E_INPUT, "%s has no images", benchmark->name);
	if (!evo_benchmark_images(benchmark, count, benchmark->macro.side, &images, err))
		return false;
	done = fill(&sheet, &images, err) && write_file(&sheet, path, err);
	free(sheet.bytes);
	evo_images_clear(&images);
	return done;
}
