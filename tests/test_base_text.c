/*
 * base: errors, memory, text, numbers and words.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"

static void test_first_error_wins(void **state)
{
	struct evo_error err = {0};
	char text[200];

	(void) state;
	assert_false(evo_fail_at(&err, EVO_E_INPUT, "a.csv", 7, 3, "bad %s", "field"));
	assert_false(evo_fail(&err, EVO_E_IO, "later"));
	assert_int_equal(err.code, EVO_E_INPUT);
	evo_error_text(&err, text, sizeof(text));
	assert_string_equal(text, "a.csv:7:3: bad field");
	evo_error_clear(&err);
	evo_fail(&err, EVO_E_IO, "later");
	evo_error_text(&err, text, sizeof(text));
	assert_string_equal(text, "later");
	assert_false(evo_fail(NULL, EVO_E_IO, "nobody listens"));
}

static void test_error_places(void **state)
{
	static const struct {
		const char *file;
		size_t line, column;
		const char *text;
	} cases[] = {
	        {"f", 0, 0, "f: m"},         {"f", 2, 0, "f:2: m"}, {NULL, 2, 0, "line 2: m"},
	        {NULL, 0, 5, "column 5: m"}, {NULL, 0, 0, "m"},
	};
	char text[64];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		struct evo_error err = {0};
		evo_fail_at(&err, EVO_E_INPUT, cases[i].file, cases[i].line, cases[i].column, "m");
		evo_error_text(&err, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

static void test_error_is_one_line_of_whole_characters(void **state)
{
	struct evo_error err = {0};
	char long_name[1000], text[8];

	(void) state;
	evo_fail(&err, EVO_E_INPUT, "a\nb\tc");
	assert_string_equal(err.message, "a\\x0ab\\x09c");
	evo_error_text(&err, text, 4);
	assert_string_equal(text, "a\\x");
	/* Two-byte letters at an odd offset: the buffer's end would split one. */
	for (size_t i = 0; i + 1 < sizeof(long_name); i += 2)
		memcpy(long_name + i, "\xc3\xa9", 2);
	long_name[sizeof(long_name) - 1] = '\0';
	evo_error_clear(&err);
	evo_fail(&err, EVO_E_INPUT, "%.998s", long_name);
	for (const char *at = err.message; *at != '\0';)
		assert_int_not_equal(evo_utf8_next(&at), EVO_NO_CHARACTER);
	assert_in_range(strlen(err.message), sizeof(err.message) - 4, sizeof(err.message) - 1);
}

/* The reason stands last, behind a path of any length. */
static void test_long_error_loses_its_middle(void **state)
{
	struct evo_error err = {0};
	char path[4000];

	(void) state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	evo_fail_at(&err, EVO_E_IO, path, 0, 0, "cannot open %s: %s", path, "no such file");
	assert_memory_equal(err.message, "cannot open xxx", 15);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_non_null(strstr(err.message, "x...x"));
	assert_string_equal(err.message + strlen(err.message) - 15, "x: no such file");
	assert_int_equal(strlen(err.file), sizeof(err.file) - 1);
	assert_non_null(strstr(err.file, "x...x"));
	evo_error_clear(&err);
	/* One that just fits is whole. */
	evo_fail(&err, EVO_E_IO, "%.479s", path);
	assert_int_equal(strlen(err.message), 479);
	assert_null(strstr(err.message, "..."));
}

static void test_arena(void **state)
{
	struct evo_arena arena;
	struct evo_error err = {0};
	char *blocks[200];

	(void) state;
	evo_arena_init(&arena);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < EVO_COUNT(blocks); i++) {
			size_t bytes = i * i * 17 % 40000;
			blocks[i] = evo_arena_alloc(&arena, bytes, &err);
			assert_non_null(blocks[i]);
			assert_int_equal((uintptr_t) blocks[i] % 64, 0);
			memset(blocks[i], (int) i, bytes);
		}
		for (size_t i = 0; i < EVO_COUNT(blocks); i++) {
			size_t bytes = i * i * 17 % 40000;
			for (size_t k = 0; k < bytes; k++)
				if ((unsigned char) blocks[i][k] != (unsigned char) i)
					fail_msg("block %zu was overwritten", i);
		}
		size_t peak = arena.peak;
		assert_int_equal(arena.used, peak);
		char *first = blocks[0];
		evo_arena_reset(&arena);
		assert_int_equal(arena.used, 0);
		assert_ptr_equal(evo_arena_alloc(&arena, 1, &err), first);
		evo_arena_reset(&arena);
		assert_int_equal(arena.peak, peak);
	}
	assert_null(evo_arena_alloc(&arena, SIZE_MAX - 3, &err));
	assert_int_equal(err.code, EVO_E_MEMORY);
	evo_arena_clear(&arena);
}

static void test_big_allocation(void **state)
{
	struct evo_error err = {0};
	void *memory = evo_big_alloc(1000, "images", &err);

	(void) state;
	assert_non_null(memory);
	assert_int_equal((uintptr_t) memory % 64, 0);
	free(memory);
	assert_null(evo_big_alloc(SIZE_MAX, "images", &err));
	assert_int_equal(err.code, EVO_E_MEMORY);
	assert_non_null(strstr(err.message, "images"));
}

static void test_text(void **state)
{
	struct evo_text text;

	(void) state;
	evo_text_init(&text);
	assert_string_equal(text.data, "");
	evo_text_reset(&text);
	evo_text_append(&text, "tau ");
	evo_text_number(&text, 0.1);
	evo_text_printf(&text, " of %d%s", 15, " networks");
	evo_text_append_n(&text, "\0x", 2);
	assert_string_equal(text.data, "tau 0.1 of 15 networks");
	assert_int_equal(text.length, strlen("tau 0.1 of 15 networks") + 2);
	for (int i = 0; i < 10000; i++)
		evo_text_printf(&text, "%d,", i);
	assert_string_equal(text.data + text.length - 5, "9999,");
	evo_text_reset(&text);
	assert_string_equal(text.data, "");
	evo_text_clear(&text);
	evo_text_append(&text, "again");
	assert_string_equal(text.data, "again");
	evo_text_clear(&text);
}

static void test_text_stops_at_its_maximum(void **state)
{
	struct evo_text text;
	size_t piece = (size_t) 10 << 20;
	char *bytes = evo_malloc(piece);

	(void) state;
	memset(bytes, 'x', piece);
	evo_text_init(&text);
	for (int i = 0; i < 8; i++)
		evo_text_append_n(&text, bytes, piece);
	assert_int_equal(text.length, EVO_TEXT_MAX);
	evo_text_printf(&text, "%s", "more");
	assert_int_equal(text.length, EVO_TEXT_MAX);
	assert_int_equal(text.data[text.length], '\0');
	evo_text_clear(&text);
	free(bytes);
}

static void test_number_format_known(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
	        {0.1, "0.1"},
	        {1e-5, "1e-05"},
	        {100000, "100000"},
	        {1.0 / 3, "0.3333333333333333"},
	        {0.1 + 0.2, "0.30000000000000004"},
	        {5e-324, "5e-324"},
	        {1e23, "1e+23"},
	        {DBL_MAX, "1.7976931348623157e+308"},
	        {0x1p-44, "5.684341886080802e-14"}, /* rounded to 16 digits it is ...801 */
	        {-0.0, "-0"},
	        {-2.5, "-2.5"},
	};
	char out[EVO_NUMBER_SIZE];

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++) {
		assert_int_equal(evo_number_format(cases[i].number, out), strlen(cases[i].text));
		assert_string_equal(out, cases[i].text);
	}
	evo_number_format((double) NAN, out);
	assert_string_equal(out, "nan");
	evo_number_format(-(double) NAN, out);
	assert_string_equal(out, "nan");
	evo_number_format(-(double) INFINITY, out);
	assert_string_equal(out, "-inf");
}

static size_t significant_digits(const char *text)
{
	size_t count = 0, zeros = 0;

	for (const char *c = text; *c != '\0' && *c != 'e'; c++) {
		if (*c < '0' || *c > '9' || (*c == '0' && count == 0))
			continue;
		zeros = *c == '0' ? zeros + 1 : 0;
		count++;
	}
	return strchr(text, '.') != NULL ? count : count - zeros;
}

/* By trying every shorter decimal next to the number on both sides. */
static bool shorter_exists(double number, size_t digits)
{
	char text[64];

	for (int step = -1; step <= 1 && digits > 1; step++) {
		snprintf(text, sizeof(text), "%.*e", (int) digits - 2, number);
		char *end = strchr(text, 'e'), mantissa[64];
		size_t length = (size_t) (end - text), out = 0;
		for (size_t i = 0; i < length; i++)
			if (text[i] != '.' && text[i] != '-')
				mantissa[out++] = text[i];
		mantissa[out] = '\0';
		long long whole = strtoll(mantissa, NULL, 10) + step;
		char nearby[64];
		snprintf(nearby, sizeof(nearby), "%s%llde%d", number < 0 ? "-" : "", whole,
		         atoi(end + 1) - (int) digits + 2);
		if (strtod(nearby, NULL) == number)
			return true;
	}
	return false;
}

static void check_shortest(double number)
{
	char out[EVO_NUMBER_SIZE];
	double back;

	evo_number_format(number, out);
	assert_true(evo_number_parse(out, &back, NULL));
	if (memcmp(&back, &number, sizeof(back)) != 0)
		fail_msg("%a became %s", number, out);
	if (number != 0 && shorter_exists(number, significant_digits(out)))
		fail_msg("%a has a shorter text than %s", number, out);
}

static void test_number_format_is_shortest_and_reads_back(void **state)
{
	struct evo_rng rng = evo_rng_stream(1, "numbers", 0);

	(void) state;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = evo_rng_u64(&rng);
		double number;
		memcpy(&number, &bits, sizeof(number));
		if (isfinite(number))
			check_shortest(number);
		check_shortest(evo_rng_uniform(&rng));
		check_shortest((double) (int64_t) evo_rng_below(&rng, 100000) / 1000);
	}
	for (int exponent = -1074; exponent < 1024; exponent++) {
		check_shortest(ldexp(1, exponent));
		check_shortest(-ldexp(1, exponent));
		check_shortest(nextafter(ldexp(1, exponent), 0));
	}
}

static void test_numbers_ignore_the_locale(void **state)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
	char out[EVO_NUMBER_SIZE];
	double number = 0;
	bool found = false;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(names) && !found; i++)
		found = setlocale(LC_NUMERIC, names[i]) != NULL;
	if (!found)
		skip();
	evo_number_format(1.5, out);
	bool read = evo_number_parse("2.5", &number, NULL);
	setlocale(LC_NUMERIC, "C");
	assert_string_equal(out, "1.5");
	assert_true(read);
	assert_true(number == 2.5);
}

static void test_number_parse(void **state)
{
	static const char *const wrong[] = {
	        "",   " 1",  "1 ",  "1,5", "0x10", "1e",    ".",     "+",
	        "e5", "1e+", "--1", "na",  "nano", "1.2.3", "1e999", "infinit",
	};
	struct evo_error err = {0};
	double number = 7;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(wrong); i++) {
		evo_error_clear(&err);
		if (evo_number_parse(wrong[i], &number, &err))
			fail_msg("'%s' was read as %g", wrong[i], number);
		assert_int_equal(err.code, EVO_E_INPUT);
		assert_true(number == 7);
	}
	assert_true(evo_number_parse("-1.5e-3", &number, NULL) && number == -1.5e-3);
	assert_true(evo_number_parse("+.5", &number, NULL) && number == 0.5);
	assert_true(evo_number_parse("3.", &number, NULL) && number == 3);
	assert_true(evo_number_parse("1e-999", &number, NULL) && number == 0);
	assert_true(evo_number_parse("-Inf", &number, NULL) && number == -(double) INFINITY);
	assert_true(evo_number_parse("NaN", &number, NULL) && isnan(number));
}

static void test_integer_parse(void **state)
{
	static const char *const wrong[] = {"",  "1.0", " 1", "1 ",  "0x1",
	                                    "-", "11",  "-1", "1e1", "99999999999999999999"};
	struct evo_error err = {0};
	int64_t value = -7;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(wrong); i++) {
		evo_error_clear(&err);
		assert_false(evo_integer_parse(wrong[i], 0, 10, &value, &err));
		assert_int_equal(err.code, EVO_E_INPUT);
		assert_int_equal(value, -7);
	}
	assert_true(evo_integer_parse("10", 0, 10, &value, NULL) && value == 10);
	assert_true(evo_integer_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &value, NULL));
	assert_true(value == INT64_MIN);
	assert_false(evo_integer_parse("9223372036854775808", INT64_MIN, INT64_MAX, &value, NULL));
}

static void test_sizes_and_durations(void **state)
{
	static const char *const wrong[] = {"",    "M",     "1x",  "-1M", "1 M",
	                                    "1e3", "1.2.3", "inf", "nan"};
	size_t bytes = 0;
	double seconds = 0;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(wrong); i++) {
		struct evo_error err = {0};
		assert_false(evo_size_parse(wrong[i], &bytes, &err));
		assert_int_equal(err.code, EVO_E_INPUT);
		if (strcmp(wrong[i], "M") == 0)
			continue;
		assert_false(evo_duration_parse(wrong[i], &seconds, NULL));
	}
	assert_false(evo_size_parse("99999999999T", &bytes, NULL));
	assert_true(evo_size_parse("512M", &bytes, NULL) && bytes == (size_t) 512 << 20);
	assert_true(evo_size_parse("4g", &bytes, NULL) && bytes == (size_t) 4 << 30);
	assert_true(evo_size_parse("1.5G", &bytes, NULL) && bytes == (size_t) 3 << 29);
	assert_true(evo_size_parse("2GiB", &bytes, NULL) && bytes == (size_t) 2 << 30);
	assert_true(evo_size_parse("100000", &bytes, NULL) && bytes == 100000);
	assert_true(evo_duration_parse("90", &seconds, NULL) && seconds == 90);
	assert_true(evo_duration_parse("90s", &seconds, NULL) && seconds == 90);
	assert_true(evo_duration_parse("30m", &seconds, NULL) && seconds == 1800);
	assert_true(evo_duration_parse("1.5h", &seconds, NULL) && seconds == 5400);
}

static void test_edit_distance(void **state)
{
	(void) state;
	assert_int_equal(evo_edit_distance("", ""), 0);
	assert_int_equal(evo_edit_distance("", "abc"), 3);
	assert_int_equal(evo_edit_distance("abc", ""), 3);
	assert_int_equal(evo_edit_distance("kitten", "sitting"), 3);
	assert_int_equal(evo_edit_distance("abcd", "abdc"), 1);
	assert_int_equal(evo_edit_distance("synflow", "snyflwo"), 2);
	assert_int_equal(evo_edit_distance("abc", "xyz"), 3);
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"synflow", "snip", "grasp", "naswot", "zico"};
	const size_t count = EVO_COUNT(names);

	(void) state;
	assert_int_equal(evo_nearest("synflw", names, count), 0);
	assert_int_equal(evo_nearest("NASWOT", names, count), 3);
	assert_int_equal(evo_nearest("gras", names, count), 2);
	assert_int_equal(evo_nearest("sinp", names, count), 1);
	assert_int_equal(evo_nearest("entropy", names, count), count);
	assert_int_equal(evo_nearest("", names, count), count);
	assert_int_equal(evo_nearest("x", names, 0), 0);

	char advice[EVO_ADVICE_SIZE];
	assert_string_equal(evo_did_you_mean("sinp", names, count, "none", advice),
	                    "did you mean 'snip'?");
	assert_string_equal(evo_did_you_mean("entropy", names, count, "none", advice), "none");
}

/* ---- Harmless text --------------------------------------------------------------------------- */

static void check_harmless(const char *text, bool utf8, const char *shown)
{
	struct evo_text out, again;

	evo_text_init(&out);
	evo_text_init(&again);
	evo_text_harmless(&out, text, utf8);
	assert_string_equal(out.data, shown);
	evo_text_harmless(&again, out.data, utf8);
	assert_string_equal(again.data, shown);
	evo_text_clear(&again);
	evo_text_clear(&out);
}

static void test_harmless_text(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
	        {"", ""},
	        {"a name, 5 % \\ ~", "a name, 5 % \\ ~"},
	        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
	        {"a\n\r\tb\x7f", "a\\x0a\\x0d\\x09b\\x7f"},
	        {"\xc2\x9b\x9b", "\\u009b\\x9b"},               /* CSI, as a character and a byte */
	        {"\xe2\x80\xae\xd8\x9c", "\\u202e\\u061c"},     /* bidirectional */
	        {"\xe2\x80\x8b\xe2\x80\xa8", "\\u200b\\u2028"}, /* zero width, line separator */
	        {"\xf3\xa0\x81\x81", "\\U000e0041"},            /* a tag */
	        {"\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"}, /* overlong */
	        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},                   /* a surrogate */
	        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},          /* beyond Unicode */
	        {"\xe2\x82", "\\xe2\\x82"},                            /* cut */
	        {"caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80 \xef\xbf\xbd",
	         "caf\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x98\x80 \xef\xbf\xbd"},
	};

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(cases); i++)
		check_harmless(cases[i].text, true, cases[i].shown);
	check_harmless("caf\xc3\xa9 \xf0\x9f\x98\x80\xff", false, "caf\\u00e9 \\U0001f600\\xff");
}

static void test_columns(void **state)
{
	size_t used;

	(void) state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	assert_int_equal(evo_text_columns("abc"), 3);
	assert_int_equal(evo_text_columns("\xe4\xb8\xad\xf0\x9f\x98\x80"), 4); /* two wide ones */
	assert_int_equal(evo_text_columns("e\xcc\x81"), 1);                    /* combining */
	assert_int_equal(evo_text_fit("\xe4\xb8\xad\xe4\xb8\xad", 3, &used), 3);
	assert_int_equal(used, 2);
	/* What joins a character goes with it. */
	assert_int_equal(evo_text_fit("e\xcc\x81z", 1, &used), 3);
	setlocale(LC_CTYPE, "C");
}

static void test_small_memory(void **state)
{
	(void) state;
	char *text = evo_format("%s-%d", "run", 3);
	assert_string_equal(text, "run-3");
	char *copy = evo_strndup(text, 3);
	assert_string_equal(copy, "run");
	free(copy);
	copy = evo_strndup("ab", 100);
	assert_string_equal(copy, "ab");
	free(copy);
	free(text);
	void *nothing = evo_malloc(0);
	assert_non_null(nothing);
	nothing = evo_realloc(nothing, 0, 8);
	assert_non_null(nothing);
	free(nothing);
	free(evo_calloc(0, 8));
}

static const unsigned numbered[] = {7, 12, 3};

static bool same_number(const void *context, size_t number)
{
	return numbered[number] == *(const unsigned *) context;
}

static void test_map_tells_equal_hashes_apart(void **state)
{
	(void) state;
	struct evo_map map = {0};
	for (unsigned i = 0; i < EVO_COUNT(numbered); i++) {
		assert_int_equal(evo_map_find(&map, 5, same_number, &numbered[i]), i);
		assert_int_equal(evo_map_add(&map, 5), i);
	}
	for (unsigned i = 0; i < EVO_COUNT(numbered); i++)
		assert_int_equal(evo_map_find(&map, 5, same_number, &numbered[i]), i);
	assert_int_equal(evo_map_find(&map, 6, same_number, &numbered[0]), map.count);
	evo_map_clear(&map);
}

static void test_index_finds_what_it_was_given(void **state)
{
	(void) state;
	struct evo_index index;
	char *texts[1000];
	bool added;
	evo_index_init(&index);
	assert_int_equal(evo_index_find(&index, "1"), 0);
	for (int i = 0; i < 1000; i++) {
		texts[i] = evo_format("%d", i * i);
		assert_int_equal(evo_index_add(&index, texts[i], &added), i);
		assert_true(added);
	}
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(evo_index_find(&index, texts[i]), i);
		assert_int_equal(evo_index_add(&index, texts[i], &added), i);
		assert_false(added);
	}
	assert_int_equal(evo_index_find(&index, "2"), index.count);
	evo_index_clear(&index);
	for (int i = 0; i < 1000; i++)
		free(texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_first_error_wins),
	        cmocka_unit_test(test_error_places),
	        cmocka_unit_test(test_error_is_one_line_of_whole_characters),
	        cmocka_unit_test(test_long_error_loses_its_middle),
	        cmocka_unit_test(test_arena),
	        cmocka_unit_test(test_big_allocation),
	        cmocka_unit_test(test_text),
	        cmocka_unit_test(test_text_stops_at_its_maximum),
	        cmocka_unit_test(test_number_format_known),
	        cmocka_unit_test(test_number_format_is_shortest_and_reads_back),
	        cmocka_unit_test(test_numbers_ignore_the_locale),
	        cmocka_unit_test(test_number_parse),
	        cmocka_unit_test(test_integer_parse),
	        cmocka_unit_test(test_sizes_and_durations),
	        cmocka_unit_test(test_edit_distance),
	        cmocka_unit_test(test_nearest),
	        cmocka_unit_test(test_harmless_text),
	        cmocka_unit_test(test_columns),
	        cmocka_unit_test(test_small_memory),
	        cmocka_unit_test(test_map_tells_equal_hashes_apart),
	        cmocka_unit_test(test_index_finds_what_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
