/* Presets: what a file sets is within the settings' limits, and fits together. */
#include "config.h"

#include "evoscope/gp.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_gp_config config, again;
	struct evo_error err = {0};
	char value[512];

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *folder = evo_path_join(fuzz_folder(), "evoscope/presets");
	FUZZ_CHECK(evo_path_exists(folder) || evo_make_directories(folder, NULL));
	free(folder);
	free(fuzz_file("evoscope/presets/fuzzed.ini", data, size));
	if (!fuzz_told(evo_gp_preset("fuzzed", &config, &err), &err))
		return 0;
	FUZZ_CHECK(evo_gp_config_check(&config, NULL));
	again = config;
	for (size_t i = 0; i < evo_setting_count(); i++) {
		const struct evo_setting *setting = evo_setting_at(i);
		evo_gp_config_get(&config, setting, value, sizeof(value));
		FUZZ_CHECK(fuzz_told(evo_gp_config_set(&again, setting->name, value, &err), &err));
	}
	return 0;
}
