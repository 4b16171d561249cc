/* Numbers, whole numbers, sizes and durations. */
#include "config.h"

#include <math.h>

#include "fuzz.h"

/* What is printed of a number is short, and reads back as the same one. */
static void check_number(double number)
{
	char text[EVO_NUMBER_SIZE];
	double again;

	FUZZ_CHECK(evo_number_format(number, text) < EVO_NUMBER_SIZE);
	FUZZ_CHECK(evo_number_parse(text, &again, NULL));
	FUZZ_CHECK(again == number || (isnan(again) && isnan(number)));
	FUZZ_CHECK(signbit(again) == signbit(number) || isnan(number));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};
	double number, seconds;
	int64_t integer;
	size_t bytes;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *text = fuzz_text(data, size);
	if (fuzz_told(evo_number_parse(text, &number, &err), &err))
		check_number(number);
	evo_error_clear(&err);
	if (fuzz_told(evo_integer_parse(text, -1000, INT64_MAX, &integer, &err), &err))
		FUZZ_CHECK(integer >= -1000);
	evo_error_clear(&err);
	fuzz_told(evo_size_parse(text, &bytes, &err), &err);
	evo_error_clear(&err);
	if (fuzz_told(evo_duration_parse(text, &seconds, &err), &err))
		FUZZ_CHECK(isfinite(seconds) && seconds >= 0);
	if (size >= sizeof(number)) {
		memcpy(&number, data, sizeof(number));
		check_number(number);
	}
	free(text);
	return 0;
}
