/* Settings as `--set`, `:set` and a store have them: NAME=VALUE, a line each. */
#include "config.h"

#include "evoscope/gp.h"
#include "fuzz.h"

/* Set to what it is said to be, it stays as it is, and within its limits. */
static void check_setting(const struct evo_gp_config *config, const struct evo_setting *setting)
{
	struct evo_gp_config again = *config;
	char value[512], twice[512];
	const void *field = (const char *) config + setting->offset;

	evo_gp_config_get(config, setting, value, sizeof(value));
	FUZZ_CHECK(evo_gp_config_set(&again, setting->name, value, NULL));
	evo_gp_config_get(&again, setting, twice, sizeof(twice));
	FUZZ_CHECK(strcmp(value, twice) == 0);
	if (setting->type == EVO_SET_REAL)
		FUZZ_CHECK(*(const double *) field >= setting->low &&
		           *(const double *) field <= setting->high);
	if (setting->type == EVO_SET_SIZE || setting->type == EVO_SET_NETWORKS)
		FUZZ_CHECK((double) *(const size_t *) field >= setting->low &&
		           (double) *(const size_t *) field <= setting->high);
}

static void set_line(struct evo_gp_config *config, char *line)
{
	struct evo_error err = {0};
	char *equals = strchr(line, '=');

	if (equals == NULL)
		return;
	*equals = '\0';
	const struct evo_setting *setting = evo_setting_find(line, NULL);
	if (fuzz_told(evo_gp_config_set(config, line, equals + 1, &err), &err))
		check_setting(config, setting);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_gp_config config;
	struct evo_error err = {0};
	char *line;

	if (size > FUZZ_INPUT_MAX)
		return -1;
	fuzz_folder();
	FUZZ_CHECK(evo_gp_preset("default", &config, NULL));
	char *text = fuzz_text(data, size), *rest = text;
	while ((line = strtok_r(rest, "\n", &rest)) != NULL)
		set_line(&config, line);
	fuzz_told(evo_gp_config_check(&config, &err), &err);
	free(text);
	return 0;
}
