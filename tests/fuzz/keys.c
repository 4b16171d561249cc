/* keys.ini: no key means two things in one place, and a file that is refused changes nothing. */
#include "config.h"

#include "../../src/ui/bindings.h"
#include "fuzz.h"

static void check_keys(void)
{
	for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
		enum ui_action other;
		uint32_t key;
		for (size_t k = 0; (key = ui_action_key(i, k)) != UI_KEY_NONE; k++) {
			char name[UI_KEY_NAME_SIZE];
			FUZZ_CHECK(!ui_action_conflict(i, key, &other));
			ui_key_name(key, name);
			FUZZ_CHECK(ui_key_find(name, strlen(name)) == key);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evo_error err = {0};

	if (size > FUZZ_INPUT_MAX)
		return -1;
	char *path = fuzz_file("keys.ini", data, size);
	bool good = fuzz_told(ui_bindings_read(path, &err), &err);
	check_keys();
	if (!good) {
		for (unsigned i = 0; i < UI_ACTION_COUNT; i++) {
			char keys[UI_ACTION_KEYS_SIZE];
			ui_action_keys_text(i, keys, sizeof(keys));
			FUZZ_CHECK((*keys == '\0') == (*ui_actions[i].keys == '\0'));
		}
	}
	free(fuzz_file("keys.ini", "[keys]\n", 7));
	FUZZ_CHECK(ui_bindings_read(path, NULL));
	free(path);
	return 0;
}
