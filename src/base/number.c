/*
 * Numbers as text: the shortest that reads back the same, in the C locale.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evoscope/base.h"
#include "c_locale.h"

static bool reads_back(const char *text, double number)
{
	return strtod_l(text, NULL, evo_c_locale()) == number;
}

/*
 * Below a power of two doubles lie half as far apart as above it, so the nearest 16-digit decimal
 * may miss one while the next one up reads back. Adds one to the last digit of "%.15e" text. Powers
 * of two from 1e-5 to 1e16 have at most 16 digits and never get here, so %g would print an exponent
 * too.
 */
static bool next_decimal_reads_back(double number, char *out)
{
	char text[EVO_NUMBER_SIZE];

	snprintf(text, sizeof(text), "%.15e", number);
	char *digit = strchr(text, 'e') - 1;
	while (digit > text && (*digit == '9' || *digit == '.')) {
		if (*digit == '9')
			*digit = '0';
		digit--;
	}
	if (*digit == '9' || !isdigit((unsigned char) *digit))
		return false;
	*digit = (char) (*digit + 1);
	if (!reads_back(text, number))
		return false;
	strcpy(out, text);
	return true;
}

/* The digits of a subnormal number: fewer than 15 may do, and %.15g would not find them. */
static void format_subnormal(double number, char *out)
{
	for (int digits = 1; digits <= DBL_DECIMAL_DIG; digits++) {
		snprintf(out, EVO_NUMBER_SIZE, "%.*g", digits, number);
		if (reads_back(out, number))
			return;
	}
}

/*
 * A decimal of at most 15 digits survives the way through a double, so when one reads back, %.15g
 * prints it (trailing zeros are left off). Only then are 16 and 17 digits tried.
 */
static void format_normal(double number, char *out)
{
	int exponent;

	for (int digits = DBL_DIG; digits < DBL_DECIMAL_DIG; digits++) {
		snprintf(out, EVO_NUMBER_SIZE, "%.*g", digits, number);
		if (reads_back(out, number))
			return;
	}
	if (fabs(frexp(number, &exponent)) == 0.5 && next_decimal_reads_back(number, out))
		return;
	snprintf(out, EVO_NUMBER_SIZE, "%.*g", DBL_DECIMAL_DIG, number);
}

size_t evo_number_format(double number, char *out)
{
	if (isnan(number)) {
		strcpy(out, "nan");
	} else if (isinf(number)) {
		strcpy(out, number > 0 ? "inf" : "-inf");
	} else {
		locale_t before = uselocale(evo_c_locale());
		if (number != 0 && fabs(number) < DBL_MIN)
			format_subnormal(number, out);
		else
			format_normal(number, out);
		uselocale(before);
	}
	return strlen(out);
}

static const char *skip_digits(const char *c)
{
	while (*c >= '0' && *c <= '9')
		c++;
	return c;
}

/* The end of a decimal number at the start of text; text itself when there is none. */
static const char *decimal_end(const char *text)
{
	const char *c = text + (*text == '+' || *text == '-');
	const char *whole = c;

	c = skip_digits(c);
	size_t digits = (size_t) (c - whole);
	if (*c == '.') {
		const char *fraction = c + 1;
		c = skip_digits(fraction);
		digits += (size_t) (c - fraction);
	}
	if (digits == 0)
		return text;
	if (*c == 'e' || *c == 'E') {
		const char *exponent = c + 1;
		exponent += *exponent == '+' || *exponent == '-';
		const char *end = skip_digits(exponent);
		if (end > exponent)
			c = end;
	}
	return c;
}

static bool special_value(const char *text, double *number)
{
	const char *word = text + (*text == '+' || *text == '-');

	if (strcasecmp(word, "nan") == 0)
		*number = (double) NAN;
	else if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0)
		*number = *text == '-' ? -(double) INFINITY : (double) INFINITY;
	else
		return false;
	return true;
}

bool evo_number_parse(const char *text, double *number, struct evo_error *err)
{
	if (special_value(text, number))
		return true;
	const char *end = decimal_end(text);
	if (end == text || *end != '\0')
		return evo_fail(err, EVO_E_INPUT,
		                "'%.60s' is not a number, as 1.5, -2e-3 and nan are", text);
	double value = strtod_l(text, NULL, evo_c_locale());
	if (isinf(value))
		return evo_fail(err, EVO_E_INPUT, "'%.60s' is too large for a number", text);
	*number = value;
	return true;
}

bool evo_integer_parse(const char *text, int64_t min, int64_t max, int64_t *value,
                       struct evo_error *err)
{
	const char *digits = text + (*text == '+' || *text == '-');
	const char *end = skip_digits(digits);

	if (end == digits || *end != '\0')
		return evo_fail(err, EVO_E_INPUT, "'%.60s' is not a whole number", text);
	errno = 0;
	long long parsed = strtoll(text, NULL, 10);
	if (errno == ERANGE || parsed < min || parsed > max)
		return evo_fail(err, EVO_E_INPUT, "%.60s is not between %lld and %lld", text,
		                (long long) min, (long long) max);
	*value = parsed;
	return true;
}
