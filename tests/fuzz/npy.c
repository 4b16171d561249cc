/* NumPy's arrays: one that opens has as many numbers as its shape says; what is written reads
   back. */
#include "config.h"

#include "../../src/images/npy.h"
#include "fuzz.h"

#define SOME ((size_t) 512) /* numbers read of one */

static void check_written(const char *path, size_t count)
{
	uint8_t *bytes = evo_calloc(count + 1, 1);
	int64_t *numbers = evo_calloc(count + 1, sizeof(*numbers));
	struct npy npy = {0};
	const size_t shape[] = {count};

	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t) (i * 7);
	FUZZ_CHECK(npy_write(path, "|u1", shape, 1, bytes, NULL));
	FUZZ_CHECK(npy_open(&npy, path, NULL));
	FUZZ_CHECK(npy.count == count && npy_integers(&npy, numbers, count, NULL));
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(numbers[i] == bytes[i]);
	npy_close(&npy);
	free(bytes);
	free(numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npy npy = {0};
	struct evo_error err = {0};
	float floats[SOME];
	int64_t integers[SOME];

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("array.npy", data, size);
	npy_is(path);
	if (fuzz_told(npy_open(&npy, path, &err), &err)) {
		size_t some = npy.count < SOME ? npy.count : SOME;
		FUZZ_CHECK(npy.rank <= NPY_RANK);
		FUZZ_CHECK(npy.count * npy.size < size);
		free(npy_shape(&npy));
		if (npy.kind == NPY_FLOAT)
			FUZZ_CHECK(npy_floats(&npy, floats, some, NULL));
		else
			FUZZ_CHECK(npy_integers(&npy, integers, some, NULL));
		check_written(path, some);
	}
	npy_close(&npy);
	free(path);
	return 0;
}
