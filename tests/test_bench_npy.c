/*
 * .npy files: every type of number both ways round, every version, and everything that is wrong
 * with one.
 */
#include "config.h"

#include <math.h>

#include "test_build_support.h"
#include "../src/images/npy.h"

static bool open_text(struct npy *npy, const char *header, const void *numbers, size_t bytes)
{
	static char *path;

	free(path);
	path = put_npy("array.npy", header, numbers, bytes);
	evo_error_clear(&err);
	return npy_open(npy, path, &err);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* 1, 2 and the largest of each kind, in bytes that are then turned around. */
static void reads_every_type_both_ways(void **state)
{
	static const struct {
		const char *type;
		size_t size;
		unsigned char little[8];
		int64_t integer;
		double number;
	} cases[] = {
	        {"u1", 1, {0xfe}, 254, 254},
	        {"i1", 1, {0xfe}, -2, -2},
	        {"u2", 2, {0xfe, 0xff}, 65534, 65534},
	        {"i2", 2, {0xfe, 0xff}, -2, -2},
	        {"u4", 4, {1, 2, 3, 0xf4}, 0xf4030201, 4093837825.0},
	        {"i4", 4, {0xfd, 0xff, 0xff, 0xff}, -3, -3},
	        {"u8", 8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, INT64_MAX, 0},
	        {"i8", 8, {0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -7, -7},
	        {"f4", 4, {0, 0, 0xc0, 0x3f}, 0, 1.5},
	        {"f8", 8, {0, 0, 0, 0, 0, 0, 0x04, 0xc0}, 0, -2.5},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		for (int big = 0; big < 2; big++) {
			char *header = evo_format(
			        "{'descr': '%c%s', 'fortran_order': False, 'shape': (2,), }",
			        big ? '>' : '<', cases[i].type);
			unsigned char bytes[16] = {0};
			struct npy npy;
			int64_t integers[2];
			float numbers[2];
			size_t size = cases[i].size;

			for (size_t k = 0; k < size; k++)
				bytes[size + (big ? size - 1 - k : k)] = cases[i].little[k];
			assert_true(open_text(&npy, header, bytes, 2 * size));
			assert_int_equal(npy.count, 2);
			if (npy.kind == NPY_FLOAT) {
				assert_true(npy_floats(&npy, numbers, 2, &err));
				assert_true(numbers[0] == 0);
				assert_true((double) numbers[1] == cases[i].number);
			} else {
				assert_true(npy_integers(&npy, integers, 2, &err));
				assert_int_equal(integers[0], 0);
				assert_true(integers[1] == cases[i].integer);
			}
			assert_false(npy_floats(&npy, numbers, 1, &err));
			assert_non_null(strstr(err.message, "ends early"));
			npy_close(&npy);
			free(header);
		}
	}
}

static void reads_more_than_a_chunk(void **state)
{
	size_t count = 100000;
	unsigned char *bytes = evo_malloc(count);
	float *numbers = evo_calloc(count, sizeof(float));
	struct npy npy;

	(void) state;
	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char) (i % 251);
	assert_true(open_text(
	        &npy, "{\"shape\": (10L, 100, 100), \"fortran_order\":False,\"descr\":\"|u1\"}",
	        bytes, count));
	assert_int_equal(npy.rank, 3);
	assert_int_equal(npy.shape[0], 10);
	assert_true(npy_floats(&npy, numbers, 70000, &err));
	assert_true(npy_floats(&npy, numbers + 70000, 30000, &err));
	for (size_t i = 0; i < count; i++)
		assert_true(numbers[i] == (float) (i % 251));
	npy_close(&npy);
	free(numbers);
	free(bytes);
}

static void reads_every_version(void **state)
{
	(void) state;
	for (unsigned char version = 1; version <= 4; version++) {
		static const char header[] =
		        "{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n";
		unsigned char bytes[128] = "\x93NUMPY";
		size_t width = version == 1 ? 2 : 4, length = sizeof(header) - 1;
		struct npy npy;
		float number;
		char *path;

		bytes[6] = version;
		bytes[8] = (unsigned char) length;
		memcpy(bytes + 8 + width, header, length);
		bytes[8 + width + length] = 7;
		path = put_bytes("version.npy", bytes, 9 + width + length);
		evo_error_clear(&err);
		assert_int_equal(npy_open(&npy, path, &err), version <= 3);
		if (version <= 3) {
			assert_true(npy_floats(&npy, &number, 1, &err));
			assert_true(number == 7);
			npy_close(&npy);
		} else {
			assert_non_null(strstr(err.message, "version 4"));
		}
		free(path);
	}
}

/* ---- What is wrong --------------------------------------------------------------------------- */

static void check_bad(const char *header, size_t bytes, const char *what)
{
	unsigned char numbers[64] = {0};
	struct npy npy;

	assert_false(open_text(&npy, header, numbers, bytes));
	assert_null(npy.stream);
	assert_int_equal(err.code, EVO_E_INPUT);
	assert_non_null(strstr(err.file, "array.npy"));
	if (strstr(err.message, what) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", header, err.message, what);
}

static void tells_what_is_wrong(void **state)
{
	static const char odd[] = "cannot be understood";

	(void) state;
#define WITH(descr, order, shape)                                                                  \
	"{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"
	check_bad(WITH("'<f4'", "True", "(2, 2)"), 16, "ascontiguousarray");
	check_bad(WITH("'<f2'", "False", "(2,)"), 4, "type <f2");
	check_bad(WITH("'<U5'", "False", "(2,)"), 40, "type <U5");
	check_bad(WITH("'|O'", "False", "(2,)"), 40, "type |O");
	check_bad(WITH("'|b1'", "False", "(2,)"), 2, "type |b1");
	check_bad(WITH("'=f4'", "False", "(2,)"), 8, "type =f4");
	check_bad(WITH("''", "False", "(2,)"), 8, "type ");
	check_bad(WITH("[('a', '<f4')]", "False", "(2,)"), 8, "a list");
	check_bad(WITH("'<f4'", "False", "(2, 3)"), 20, "shorter than its shape (2, 3)");
	check_bad(WITH("'<f4'", "False", "(2,)"), 12, "longer than its shape (2,)");
	check_bad(WITH("'<f4'", "False", "(4294967296, 4294967296, 4)"), 0, "larger than any");
	check_bad(WITH("'<f4'", "False", "(99999999999999999999,)"), 0, odd);
	check_bad(WITH("'<f4'", "False", "(1,1,1,1,1,1,1,1,1)"), 4, odd);
	check_bad(WITH("'<f4'", "False", "(1 2)"), 8, odd);
	check_bad(WITH("'<f4'", "False", "(-1,)"), 0, odd);
	check_bad(WITH("'<f4'", "False", "2"), 8, odd);
	check_bad(WITH("'<f4'", "no", "(2,)"), 8, odd);
	check_bad(WITH("'<f4", "False", "(2,)"), 8, odd);
	check_bad("{'descr': '<f4', 'fortran_order': False}", 8, odd);
	check_bad("{'descr': '<f4', 'shape': (2,)}", 8, odd);
	check_bad("{'fortran_order': False, 'shape': (2,)}", 8, odd);
	check_bad("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", 8, odd);
	check_bad("{'shape': (2,), 'shape': (2,)}", 8, odd);
	check_bad("['descr']", 8, odd);
	check_bad("", 8, odd);
#undef WITH
}

/* A file that was cut anywhere is refused; ASan sees to the rest. */
static void refuses_what_was_cut(void **state)
{
	const uint16_t numbers[] = {1, 2, 3};
	const size_t shape[] = {3};
	char *whole = evo_path_join(data_folder, "whole.npy"), *bytes, *path;
	struct npy npy;
	size_t length;

	(void) state;
	assert_true(npy_write(whole, "<u2", shape, 1, numbers, &err));
	bytes = evo_file_read(whole, 1000, &length, &err);
	assert_int_equal(length, 64 + 64 + 6);
	for (size_t cut = 0; cut < length; cut++) {
		path = put_bytes("cut.npy", bytes, cut);
		evo_error_clear(&err);
		assert_false(npy_open(&npy, path, &err));
		assert_int_equal(err.code, EVO_E_INPUT);
		free(path);
	}
	/* Nor does a byte that flipped do more than that. */
	for (size_t at = 0; at < 128; at++) {
		char kept = bytes[at];

		for (int bit = 0; bit < 8; bit++) {
			bytes[at] = (char) (kept ^ 1 << bit);
			path = put_bytes("cut.npy", bytes, length);
			evo_error_clear(&err);
			if (npy_open(&npy, path, &err))
				npy_close(&npy);
			free(path);
		}
		bytes[at] = kept;
	}
	assert_false(npy_open(&npy, "/nonexistent", &err));
	free(bytes);
	free(whole);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void reads_back_what_it_writes(void **state)
{
	static const float numbers[] = {1.5F, -2, INFINITY, 1e-30F, 5, 6};
	const size_t shape[] = {3, 1, 2};
	char *path = evo_path_join(data_folder, "written.npy"), *text;
	struct npy npy;
	float got[6];

	(void) state;
	assert_true(npy_write(path, "<f4", shape, 3, numbers, &err));
	assert_true(npy_is(path));
	assert_true(npy_open(&npy, path, &err));
	/* The numbers begin where NumPy wants them. */
	assert_int_equal(ftell(npy.stream) % 64, 0);
	text = npy_shape(&npy);
	assert_string_equal(text, "(3, 1, 2)");
	assert_true(npy_floats(&npy, got, 6, &err));
	assert_memory_equal(got, numbers, sizeof(numbers));
	npy_close(&npy);
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_every_type_both_ways),
	        cmocka_unit_test(reads_more_than_a_chunk),
	        cmocka_unit_test(reads_every_version),
	        cmocka_unit_test(tells_what_is_wrong),
	        cmocka_unit_test(refuses_what_was_cut),
	        cmocka_unit_test(reads_back_what_it_writes),
	};

	return cmocka_run_group_tests(tests, make_data_folder, remove_data_folder);
}
