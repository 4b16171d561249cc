/*
 * The tasks that code draws: one row for each, and the images of any of them.
 */
#include "config.h"

#include "evoscope/tasks.h"
#include "pixels.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

static const struct evo_task_row tasks[] = {
        {"shapes", "forty shapes, four to a class, in clutter and noise, 16x16, drawn by code",
         TASK_CLASSES, TASK_SIDE, task_shapes_draw},
        {"mosaics", "patterns of tiles, sixteen to a class, under noise, 16x16, drawn by code",
         TASK_CLASSES, TASK_SIDE, task_mosaics_draw},
        {"glyphs",
         "a hundred letters of strokes, ten to a class, among stray ones, 16x16, drawn by code",
         TASK_CLASSES, TASK_SIDE, task_glyphs_draw},
};

size_t evo_task_count(void)
{
	return EVO_COUNT(tasks);
}

const struct evo_task_row *evo_task_at(size_t index)
{
	return index < EVO_COUNT(tasks) ? &tasks[index] : NULL;
}

const struct evo_task_row *evo_task_find(const char *name, struct evo_error *err)
{
	struct evo_text known;

	for (size_t i = 0; i < EVO_COUNT(tasks); i++)
		if (strcmp(tasks[i].name, name) == 0)
			return &tasks[i];
	evo_text_init(&known);
	for (size_t i = 0; i < EVO_COUNT(tasks); i++)
		evo_text_printf(&known, " %s", tasks[i].name);
	evo_fail(err, EVO_E_NOT_FOUND, "no task \"%s\"; known:%s", name, known.data);
	evo_text_clear(&known);
	return NULL;
}

bool evo_task_images(const struct evo_task_row *task, uint64_t seed, size_t first, size_t count,
                     struct evo_images *images, struct evo_error *err)
{
	size_t pixels = 3 * task->side * task->side;

	if (!images_allocate(images, count, task->side, task->classes, err))
		return false;
	for (size_t i = 0; i < count; i++)
		task->draw(seed, first + i, images->pixels + i * pixels, &images->labels[i]);
	return true;
}
