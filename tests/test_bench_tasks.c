/* The tasks drawn by code: what holds for each of them. */
#include "config.h"

#include <math.h>

#include "test_bench_support.h"

static struct evo_error err;

static struct evo_images draw(const struct evo_task_row *task, uint64_t seed, size_t first,
                              size_t count)
{
	struct evo_images images;

	assert_true(evo_task_images(task, seed, first, count, &images, &err));
	assert_int_equal(images.count, count);
	assert_int_equal(images.side, 16);
	assert_int_equal(images.classes, 10);
	return images;
}

static size_t numbers_of(const struct evo_task_row *task)
{
	return 3 * task->side * task->side;
}

static uint64_t hash_of(const struct evo_images *images)
{
	size_t bytes = images->count * 3 * images->side * images->side * sizeof(float);
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ ((const unsigned char *) images->pixels)[i]) * 1099511628211u;
	return hash;
}

static void draws_an_image_from_seed_and_index_alone(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		const struct evo_task_row *task = evo_task_at(t);
		size_t numbers = numbers_of(task);
		struct evo_images all = draw(task, 5, 0, 40), again = draw(task, 5, 0, 40);
		struct evo_images other = draw(task, 6, 0, 1);

		assert_true(hash_of(&all) == hash_of(&again));
		for (size_t i = 0; i < 40; i += 13) {
			struct evo_images one = draw(task, 5, i, 1);

			assert_memory_equal(one.pixels, all.pixels + i * numbers,
			                    numbers * sizeof(float));
			assert_int_equal(one.labels[0], all.labels[i]);
			evo_images_clear(&one);
		}
		assert_memory_not_equal(other.pixels, all.pixels, numbers * sizeof(float));
		evo_images_clear(&other);
		evo_images_clear(&again);
		evo_images_clear(&all);
	}
}

static void draws_tasks_that_have_nothing_in_common(void **state)
{
	(void) state;
	for (size_t t = 1; t < evo_task_count(); t++) {
		struct evo_images one = draw(evo_task_at(t - 1), 1, 0, 10);
		struct evo_images other = draw(evo_task_at(t), 1, 0, 10);
		size_t same = 0;

		for (size_t i = 0; i < 10; i++)
			same += one.labels[i] == other.labels[i];
		assert_true(same < 10);
		assert_true(hash_of(&one) != hash_of(&other));
		evo_images_clear(&other);
		evo_images_clear(&one);
	}
}

static void draws_every_class_as_often(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		struct evo_images images = draw(evo_task_at(t), 1, 0, 1000);
		size_t counts[10] = {0}, first[10] = {0};

		for (size_t i = 0; i < 1000; i++) {
			assert_in_range(images.labels[i], 0, 9);
			counts[images.labels[i]]++;
			first[images.labels[i]] += i % 10 == 0;
		}
		for (size_t class = 0; class < 10; class ++) {
			assert_int_equal(counts[class], 100);
			/* but not in a fixed order */
			assert_in_range(first[class], 1, 30);
		}
		evo_images_clear(&images);
	}
}

static void draws_values_of_usual_size(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		struct evo_images images = draw(evo_task_at(t), 1, 0, 400);
		size_t count = 400 * numbers_of(evo_task_at(t));
		double sum = 0, squares = 0;

		for (size_t i = 0; i < count; i++) {
			double value = (double) images.pixels[i];

			assert_true(fabs(value) < 6);
			sum += value;
			squares += value * value;
		}
		assert_true(fabs(sum / (double) count) < 0.5);
		assert_in_range(100 * squares / (double) count, 50, 200);
		evo_images_clear(&images);
	}
}

/* Hardly an image is of one colour, or so pale that it varies little more than its noise does. */
static void draws_something_in_every_image(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++) {
		const struct evo_task_row *task = evo_task_at(t);
		size_t numbers = numbers_of(task), faint = 0;
		struct evo_images images = draw(task, 1, 0, 400);

		for (size_t i = 0; i < 400; i++) {
			double variance = 0;

			for (size_t channel = 0; channel < 3; channel++) {
				const float *plane =
				        images.pixels + i * numbers + channel * numbers / 3;
				double sum = 0, squares = 0, n = (double) numbers / 3;

				for (size_t at = 0; at < numbers / 3; at++) {
					double value = (double) plane[at];

					sum += value;
					squares += value * value;
				}
				variance += (squares - sum * sum / n) / n / 3;
			}
			faint += variance < 0.20;
		}
		assert_true(faint < 48);
		evo_images_clear(&images);
	}
}

static void knows_tasks_by_name(void **state)
{
	(void) state;
	for (size_t t = 0; t < evo_task_count(); t++)
		assert_ptr_equal(evo_task_find(evo_task_at(t)->name, &err), evo_task_at(t));
	assert_null(evo_task_at(evo_task_count()));
	assert_null(evo_task_find("shape", &err));
	assert_non_null(strstr(err.message, "known: shapes mosaics glyphs"));
	evo_error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(draws_an_image_from_seed_and_index_alone),
	        cmocka_unit_test(draws_tasks_that_have_nothing_in_common),
	        cmocka_unit_test(draws_every_class_as_often),
	        cmocka_unit_test(draws_values_of_usual_size),
	        cmocka_unit_test(draws_something_in_every_image),
	        cmocka_unit_test(knows_tasks_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
