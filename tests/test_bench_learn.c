/* Each task made by code can be learned, and how well in a given time is known. */
#include "config.h"

#include "test_bench_support.h"

static struct evo_error err;

/* Where ten classes are guessed, 10 % are right. */
static const struct {
	const char *task;
	double least; /* percent of 500 test images, after 6 epochs of 3000 */
} expected[] = {{"shapes", 70}, {"textures", 45}, {"glyphs", 68}};

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
	struct evo_graph *graph = space->build(CELL_A, &build.macro, &err);

	(void) state;
	assert_non_null(graph);
	assert_int_equal(EVO_COUNT(expected), evo_task_count());
	build.how.epochs = 6;
	for (size_t t = 0; t < EVO_COUNT(expected); t++) {
		struct evo_images train = draw(expected[t].task, 0, 3000);
		struct evo_images test = draw(expected[t].task, 1 << 20, 500);
		struct evo_trained trained;

		assert_true(
		        evo_train(graph, CELL_A, &train, &test, &build.how, NULL, &trained, &err));
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
