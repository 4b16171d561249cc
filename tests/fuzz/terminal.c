/* What a terminal sends: every byte becomes keys, in the end there are no more, and no more keys
   than bytes. */
#include "config.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "../../src/ui/terminal.h"
#include "fuzz.h"

#define SENT_MAX ((size_t) 1000) /* what a pseudo-terminal holds without a reader */

static int keyboard = -1; /* the other end of standard input and output */

static void set_up(void)
{
	int side;
	struct termios modes;
	struct winsize size = {.ws_row = 24, .ws_col = 80};

	setenv("TERM", "xterm-256color", 1);
	FUZZ_CHECK(openpty(&keyboard, &side, NULL, NULL, &size) == 0);
	/* Ctrl-S holds back what is written until Ctrl-Q comes, by the terminal's driver. */
	FUZZ_CHECK(tcgetattr(side, &modes) == 0);
	modes.c_iflag &= ~(tcflag_t) IXON;
	FUZZ_CHECK(tcsetattr(side, TCSANOW, &modes) == 0);
	FUZZ_CHECK(fcntl(keyboard, F_SETFL, O_NONBLOCK) == 0);
	FUZZ_CHECK(dup2(side, STDIN_FILENO) >= 0 && dup2(side, STDOUT_FILENO) >= 0);
	close(side);
}

static void drain(void)
{
	char bytes[4096];

	while (read(keyboard, bytes, sizeof(bytes)) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ui_mouse mouse = {0};
	struct evo_error err = {0};
	size_t keys = 0;
	uint32_t key;

	if (size > SENT_MAX)
		return -1;
	if (keyboard < 0)
		set_up();
	if (!fuzz_told(ui_terminal_open(false, true, &err), &err)) {
		fprintf(stderr, "skipped: %s\n", err.message);
		exit(77);
	}
	FUZZ_CHECK(size == 0 || write(keyboard, data, size) == (ssize_t) size);
	while ((key = ui_terminal_key(&mouse)) != UI_KEY_NONE) {
		char name[UI_KEY_NAME_SIZE];
		FUZZ_CHECK(++keys <= size);
		FUZZ_CHECK(key <= UI_KEY_USELESS);
		ui_key_name(key, name);
	}
	drain();
	ui_terminal_close();
	drain();
	return 0;
}
