/* Each task made by code can be learned, and how well in a given time is known. */
#include "config.h"

#include "test_bench_support.h"
#include "evoscope/build.h"

static struct evo_error err;

#define CELL                                                                                       \
	"|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|nor_conv_1x1~0|skip_connect~1|nor_"     \
	"conv_3x3~2|"

/* Where ten classes are guessed, 10 % are right; where the tint alone is seen, some 20 %. */
static const struct {
	const char *task;
	double least; /* percent of 2000 test images, by the recipe of the embedded benchmarks */
} expected[] = {{"shapes", 36}, {"mosaics", 68}, {"glyphs", 45}};

static struct evo_images draw(const char *name, size_t first, size_t count)
{
	const struct evo_task_row *task = evo_task_find(name, &err);
	struct evo_images images;

	assert_non_null(task);
	assert_true(evo_task_images(task, 1, first, count, &images, &err));
	return images;
}

static void each_task_is_learned(void **state)
{
	const struct evo_space *space = evo_space_find("nb201", &err);
	struct evo_build build = evo_build_default();
	struct evo_graph *graph = space->build(CELL, &build.macro, &err);

	(void) state;
	assert_non_null(graph);
	assert_int_equal(EVO_COUNT(expected), evo_task_count());
	for (size_t t = 0; t < EVO_COUNT(expected); t++) {
		struct evo_images train = draw(expected[t].task, 0, build.train_images);
		struct evo_images test = draw(expected[t].task, 1 << 20, build.test_images);
		struct evo_trained trained;

		assert_true(
		        evo_train(graph, CELL, &train, &test, &build.how, NULL, &trained, &err));
		printf("%s: %.1f %%\n", expected[t].task, trained.test_accuracy);
		assert_true(trained.test_accuracy >= expected[t].least);
		evo_images_clear(&test);
		evo_images_clear(&train);
	}
	evo_graph_destroy(graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_task_is_learned)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
