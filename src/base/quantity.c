/*
 * Sizes and durations as people write them: a number and a unit.
 */
#include "config.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "evoscope/base.h"

struct unit {
	const char *name;
	double factor;
};

#define KIB 1024.0
static const struct unit size_units[] = {
        {"", 1},
        {"B", 1},
        {"K", KIB},
        {"KB", KIB},
        {"KiB", KIB},
        {"M", KIB *KIB},
        {"MB", KIB *KIB},
        {"MiB", KIB *KIB},
        {"G", KIB *KIB *KIB},
        {"GB", KIB *KIB *KIB},
        {"GiB", KIB *KIB *KIB},
        {"T", KIB *KIB *KIB *KIB},
        {"TB", KIB *KIB *KIB *KIB},
        {"TiB", KIB *KIB *KIB *KIB},
};

static const struct unit time_units[] = {
        {"", 1},
        {"s", 1},
        {"m", 60},
        {"h", 3600},
};

/* A non-negative finite number, then one of the units; false when it is not that. */
static bool parse_quantity(const char *text, const struct unit *units, size_t count, double *value)
{
	char number[64];
	size_t length = strspn(text, "0123456789.");

	if (length == 0 || length >= sizeof(number))
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	if (!evo_number_parse(number, value, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(text + length, units[i].name) == 0) {
			*value *= units[i].factor;
			return isfinite(*value);
		}
	}
	return false;
}

bool evo_size_parse(const char *text, size_t *bytes, struct evo_error *err)
{
	double value;

	if (!parse_quantity(text, size_units, EVO_COUNT(size_units), &value))
		return evo_fail(
		        err, EVO_E_INPUT,
		        "'%.60s' is not a size; write a number and K, M, G or T, like 512M or "
		        "1.5G",
		        text);
	if (value >= (double) SIZE_MAX)
		return evo_fail(err, EVO_E_INPUT, "'%.60s' is more than this machine can address",
		                text);
	*bytes = (size_t) value;
	return true;
}

bool evo_duration_parse(const char *text, double *seconds, struct evo_error *err)
{
	double value;

	if (!parse_quantity(text, time_units, EVO_COUNT(time_units), &value))
		return evo_fail(
		        err, EVO_E_INPUT,
		        "'%.60s' is not a duration; write a number and s, m or h, like 90s, 30m "
		        "or 1.5h",
		        text);
	*seconds = value;
	return true;
}
