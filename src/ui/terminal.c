/*
 * The terminal, by ncursesw.
 */
#include "config.h"

#define NCURSES_NOMACROS 1
#include <curses.h>

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "paste.h"
#include "signals.h"
#include "terminal.h"
#include "terminfo.h"

#define REST_MILLISECONDS 25       /* for the rest of what takes more than a byte */
#define MOUSE_BEGINS      "\033[<" /* then button;column;row and M, or m where one is let go */
#define MOUSE_REPORT      (KEY_MAX + 1)
#define REPORT_MAX        100000 /* more than a screen has columns or rows */
#define PASTE             (KEY_MAX + 2)
#define STRAY_MARK        (KEY_MAX + 3) /* the end of a paste that was given up */
#define PASTE_SECONDS     3.0           /* of silence, after which its end will not come */
#define DROP_SECONDS      0.5           /* at most, for what still comes in while it closes */
#define DROP_QUIET        20            /* milliseconds */

static struct {
	SCREEN *screen;
	const struct ui_glyphs *glyphs;
	int colours;
	bool mouse, pastes; /* that the terminal is asked to report */
	struct ui_paste paste;
	double heard; /* when the last byte of the paste came */
	struct ui_rescue rescue;
	int errors; /* where standard error goes meanwhile; -1 */
	attr_t attributes[UI_ROLE_COUNT];
	short pairs[UI_ROLE_COUNT];
	struct ui_cell *shown; /* what curses has been told */
	int columns, rows;     /* of shown */
} terminal = {.errors = -1};

/* ---- Open and close -------------------------------------------------------------------------- */

/* What libraries write to standard error would tear the screen: it is kept for afterwards. */
static void catch_errors(void)
{
#ifdef MFD_CLOEXEC
	if (!isatty(STDERR_FILENO))
		return;
	terminal.errors = memfd_create("evoscope errors", MFD_CLOEXEC);
	if (terminal.errors < 0)
		return;
	terminal.rescue.saved_errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(terminal.errors, STDERR_FILENO);
#endif
}

static void release_errors(void)
{
	char bytes[4096];
	ssize_t got;

	if (terminal.errors < 0)
		return;
	dup2(terminal.rescue.saved_errors, STDERR_FILENO);
	close(terminal.rescue.saved_errors);
	lseek(terminal.errors, 0, SEEK_SET);
	while ((got = read(terminal.errors, bytes, sizeof(bytes))) > 0) {
		if (write(STDERR_FILENO, bytes, (size_t) got) < 0)
			break;
	}
	close(terminal.errors);
	terminal.errors = terminal.rescue.saved_errors = -1;
}

/*
 * The mouse is not curses': its wgetch waits for the rest of a report, and after that of a button
 * that is let go for another key, and meanwhile nothing is drawn.
 */
static void switch_mouse(bool on)
{
	if (terminal.mouse)
		fputs(on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l", stdout);
}

/* What the terminal is asked to tell apart from keys. */
static void switch_reports(bool on)
{
	switch_mouse(on);
	if (terminal.pastes)
		fputs(on ? "\033[?2004h" : "\033[?2004l", stdout);
	fflush(stdout);
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || *no == '\0') && has_colors();
}

/* Ctrl-S stops no output, and Ctrl-V quotes no key: either may come in a paste, and behind a full
   line of input nothing would be read that lets the output go on. */
static void take_control_keys(void)
{
	struct termios modes;

	if (tcgetattr(STDIN_FILENO, &modes) != 0)
		return;
	modes.c_iflag &= ~(tcflag_t) IXON;
	modes.c_lflag &= ~(tcflag_t) IEXTEN;
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	def_prog_mode();
}

static void set_modes(bool mouse)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	terminal.colours = 0;
	if (wants_colour() && start_color() == OK) {
		use_default_colors();
		terminal.colours = COLORS;
	}
	const char *reports = tigetstr("kmous");
	terminal.mouse = mouse && reports != NULL && reports != (char *) -1;
	if (terminal.mouse)
		define_key(MOUSE_BEGINS, MOUSE_REPORT);
	/* No terminal description that is in use tells of pastes. Terminals that take such
	   sequences leave alone those that they do not know. */
	const char *move = tigetstr("cup");
	terminal.pastes = move != NULL && strncmp(move, "\033[", 2) == 0;
	terminal.paste.open = false;
	define_key(UI_PASTE_BEGINS, PASTE);
	define_key(UI_PASTE_ENDS, STRAY_MARK);
	take_control_keys();
	switch_reports(true);
}

bool ui_terminal_open(bool ascii, bool mouse, struct evo_error *err)
{
	setlocale(LC_CTYPE, "");
	if (!ui_terminfo_check(err))
		return false;
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	terminal.glyphs = ui_glyphs_pick(utf8, ascii, getenv("TERM"));
	tcgetattr(STDOUT_FILENO, &terminal.rescue.modes);
	/* Before curses sets its own handlers: it leaves alone what is handled already. */
	terminal.rescue.terminal = STDOUT_FILENO;
	terminal.rescue.saved_errors = terminal.rescue.caught_errors = -1;
	terminal.rescue.length = 0;
	if (!ui_signals_install(&terminal.rescue, err))
		return false;
	terminal.screen = newterm(NULL, stdout, stdin);
	if (terminal.screen == NULL) {
		ui_signals_remove();
		return evo_fail(err, EVO_E_IO,
		                "curses cannot use a terminal of type '%s' (TERM); try TERM=xterm, "
		                "or use evoscope --plain",
		                getenv("TERM"));
	}
	set_term(terminal.screen);
	set_modes(mouse);
	ui_terminfo_rescue(&terminal.rescue, terminal.colours > 0, terminal.mouse, terminal.pastes);
	catch_errors();
	terminal.rescue.caught_errors = terminal.errors;
	ui_signals_rescue(&terminal.rescue);
	return true;
}

/* What came in behind the key that quits is nobody's: a shell would take it as commands. */
static void drop_input(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	double until = evo_now() + DROP_SECONDS;

	do
		tcflush(STDIN_FILENO, TCIFLUSH);
	while (evo_now() < until && poll(&input, 1, DROP_QUIET) > 0 && input.revents == POLLIN);
}

void ui_terminal_close(void)
{
	if (terminal.screen == NULL)
		return;
	switch_reports(false);
	drop_input();
	curs_set(1);
	endwin();
	ui_signals_remove();
	delscreen(terminal.screen);
	terminal.screen = NULL;
	free(terminal.shown);
	terminal.shown = NULL;
	terminal.columns = terminal.rows = 0;
	terminal.mouse = terminal.pastes = false;
	release_errors();
}

const struct ui_glyphs *ui_terminal_glyphs(void)
{
	return terminal.glyphs;
}

void ui_terminal_size(int *columns, int *rows)
{
	*columns = COLS;
	*rows = LINES;
}

/* ---- Colours --------------------------------------------------------------------------------- */

void ui_terminal_theme(const struct ui_theme *theme)
{
	static const struct {
		unsigned bit;
		attr_t attribute;
	} map[] = {{UI_BOLD, A_BOLD},
	           {UI_FAINT, A_DIM},
	           {UI_ITALIC, A_ITALIC},
	           {UI_UNDERLINE, A_UNDERLINE},
	           {UI_REVERSE, A_REVERSE}};

	for (unsigned i = 0; i < UI_ROLE_COUNT; i++) {
		struct ui_style style = ui_style_degrade(theme->styles[i], terminal.colours);
		terminal.attributes[i] = A_NORMAL;
		for (size_t j = 0; j < EVO_COUNT(map); j++)
			terminal.attributes[i] |=
			        style.attributes & map[j].bit ? map[j].attribute : 0;
		int pair =
		        terminal.colours >= 8 ? alloc_pair(style.foreground, style.background) : 0;
		terminal.pairs[i] = (short) (pair > 0 && pair < 0x7fff ? pair : 0);
	}
	ui_terminal_redraw();
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void show_row(const struct ui_surface *surface, int y)
{
	const struct ui_cell *cells = surface->cells + (size_t) y * (size_t) surface->columns;

	for (int x = 0; x < surface->columns; x++) {
		wchar_t text[2] = {(wchar_t) cells[x].code, 0};
		cchar_t cell;
		if (cells[x].code == 0)
			continue;
		setcchar(&cell, text, terminal.attributes[cells[x].role],
		         terminal.pairs[cells[x].role], NULL);
		mvwadd_wch(stdscr, y, x, &cell);
	}
}

static void fit_shown(const struct ui_surface *surface)
{
	size_t cells = (size_t) surface->columns * (size_t) surface->rows;

	if (terminal.shown != NULL && terminal.columns == surface->columns &&
	    terminal.rows == surface->rows)
		return;
	terminal.shown =
	        evo_realloc(terminal.shown, cells > 0 ? cells : 1, sizeof(*terminal.shown));
	/* A role that does not exist: every row differs from it. */
	memset(terminal.shown, 0xff, cells * sizeof(*terminal.shown));
	terminal.columns = surface->columns;
	terminal.rows = surface->rows;
}

void ui_terminal_show(const struct ui_surface *surface)
{
	size_t row = (size_t) surface->columns * sizeof(*surface->cells);

	fit_shown(surface);
	for (int y = 0; y < surface->rows; y++) {
		size_t at = (size_t) y * (size_t) surface->columns;
		if (memcmp(terminal.shown + at, surface->cells + at, row) == 0)
			continue;
		show_row(surface, y);
		memcpy(terminal.shown + at, surface->cells + at, row);
	}
	bool cursor = surface->cursor_x >= 0 && surface->cursor_y >= 0;
	if (cursor)
		wmove(stdscr, surface->cursor_y, surface->cursor_x);
	curs_set(cursor ? 1 : 0);
	wrefresh(stdscr);
}

void ui_terminal_redraw(void)
{
	free(terminal.shown);
	terminal.shown = NULL;
	clearok(curscr, TRUE);
}

void ui_terminal_resized(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	if (size.ws_row == LINES && size.ws_col == COLS)
		return;
	/* Where its windows do not fit each other any more nothing of curses can be called. */
	if (resizeterm(size.ws_row, size.ws_col) == ERR)
		evo_memory_ends((size_t) size.ws_row * size.ws_col, sizeof(cchar_t));
	werase(stdscr);
	ui_terminal_redraw(); /* what a terminal does with what it showed is its own affair */
}

void ui_terminal_stop(void)
{
	def_prog_mode();
	switch_reports(false);
	curs_set(1);
	endwin();
	ui_signals_stop();
	ui_terminal_continue();
}

void ui_terminal_continue(void)
{
	reset_prog_mode();
	switch_reports(true);
	ui_terminal_resized();
	ui_terminal_redraw();
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* The numbers of a report, and the letter that ends it; 0 when it is none, or does not end. */
static int read_report(int numbers[3])
{
	int place = 0, byte;

	numbers[0] = numbers[1] = numbers[2] = 0;
	while ((byte = wgetch(stdscr)) == ';' || (byte >= '0' && byte <= '9')) {
		if (byte == ';' && ++place == 3)
			return 0;
		if (byte != ';')
			numbers[place] = (numbers[place] * 10 + byte - '0') % REPORT_MAX;
	}
	if (byte == 'M' || byte == 'm')
		return place == 2 ? byte : 0;
	if (byte != ERR)
		ungetch(byte);
	return 0;
}

/* A button that is pressed, or the wheel. */
static uint32_t mouse_key(struct ui_mouse *mouse)
{
	enum {
		LEFT = 0,
		RIGHT = 2,
		WHEEL_UP = 64,
		WHEEL_DOWN = 65,
		MODIFIERS = 4 | 8 | 16
	};
	int numbers[3];

	wtimeout(stdscr, REST_MILLISECONDS);
	int end = read_report(numbers), button = numbers[0] & ~MODIFIERS;
	nodelay(stdscr, TRUE);
	if (end != 'M' ||
	    (button != LEFT && button != RIGHT && button != WHEEL_UP && button != WHEEL_DOWN))
		return UI_KEY_USELESS;
	mouse->x = numbers[1] - 1;
	mouse->y = numbers[2] - 1;
	mouse->wheel = button == WHEEL_UP ? -1 : button == WHEEL_DOWN ? 1 : 0;
	mouse->right = button == RIGHT;
	return UI_KEY_MOUSE;
}

/*
 * The character that begins with a byte. Not by wget_wch, which swallows all that follows a byte
 * that is no UTF-8.
 */
static uint32_t character(int first)
{
	char bytes[5] = {(char) first};
	const char *text = bytes;
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;

	wtimeout(stdscr, REST_MILLISECONDS);
	for (int i = 1; i <= more; i++) {
		int next = wgetch(stdscr);
		if (next < 0x80 || next > 0xbf) {
			if (next != ERR)
				ungetch(next);
			break;
		}
		bytes[i] = (char) next;
	}
	nodelay(stdscr, TRUE);
	uint32_t code = evo_utf8_next(&text);
	return code != 0 && code != EVO_NO_CHARACTER ? code : UI_KEY_USELESS;
}

/*
 * Bytes of a paste, as they are: curses would make keys of them. It holds none back, for it reads
 * no further than the mark with which the paste begins.
 */
static uint32_t read_paste(void)
{
	struct ui_paste *paste = &terminal.paste;
	int waiting = 0;
	char byte;

	ioctl(STDIN_FILENO, FIONREAD, &waiting);
	while (paste->open && waiting-- > 0 && read(STDIN_FILENO, &byte, 1) == 1) {
		ui_paste_add(paste, byte);
		terminal.heard = evo_now();
	}
	if (paste->open && evo_now() - terminal.heard >= PASTE_SECONDS) {
		paste->open = false;
		paste->broken = true;
	}
	return paste->open ? UI_KEY_NONE : UI_KEY_PASTE;
}

bool ui_terminal_is_pasting(void)
{
	return terminal.paste.open;
}

const struct ui_paste *ui_terminal_paste(void)
{
	return &terminal.paste;
}

uint32_t ui_terminal_key(struct ui_mouse *mouse)
{
	static const struct {
		int code;
		uint32_t key;
	} map[] = {{'\n', UI_KEY_ENTER},
	           {KEY_UP, UI_KEY_UP},
	           {KEY_DOWN, UI_KEY_DOWN},
	           {KEY_LEFT, UI_KEY_LEFT},
	           {KEY_RIGHT, UI_KEY_RIGHT},
	           {KEY_HOME, UI_KEY_HOME},
	           {KEY_END, UI_KEY_END},
	           {KEY_PPAGE, UI_KEY_PAGE_UP},
	           {KEY_NPAGE, UI_KEY_PAGE_DOWN},
	           {KEY_DC, UI_KEY_DELETE},
	           {KEY_BTAB, UI_KEY_BACK_TAB},
	           {KEY_ENTER, UI_KEY_ENTER},
	           {KEY_BACKSPACE, UI_KEY_BACKSPACE},
	           {KEY_A1, UI_KEY_HOME},
	           {KEY_C1, UI_KEY_END}};
	if (terminal.paste.open)
		return read_paste();
	int code = wgetch(stdscr);
	if (code == ERR)
		return UI_KEY_NONE;
	if (code == PASTE) {
		ui_paste_begin(&terminal.paste);
		terminal.heard = evo_now();
		return read_paste();
	}
	if (code == MOUSE_REPORT)
		return mouse_key(mouse);
	for (size_t i = 0; i < EVO_COUNT(map); i++) {
		if (map[i].code == code)
			return map[i].key;
	}
	return code <= 0xff ? character(code) : UI_KEY_USELESS;
}

bool ui_terminal_ended(void)
{
	int waiting = 0;

	return ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}

/* ---- Clipboard ------------------------------------------------------------------------------- */

static void base64(const char *text, struct evo_text *out)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i += 3) {
		const unsigned char *at = (const unsigned char *) text + i;
		unsigned left = (unsigned) (length - i);
		unsigned bits = (unsigned) at[0] << 16 | (left > 1 ? (unsigned) at[1] << 8 : 0) |
		                (left > 2 ? at[2] : 0);
		char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
		                left > 1 ? digits[bits >> 6 & 63] : '=',
		                left > 2 ? digits[bits & 63] : '='};
		evo_text_append_n(out, four, 4);
	}
}

bool ui_terminal_copy(const char *text)
{
	const char *name = getenv("TERM");
	struct evo_text out;
	bool wrote;

	/* Terminals that would print what they do not understand. */
	if (name == NULL || strncmp(name, "linux", 5) == 0 || strncmp(name, "vt", 2) == 0)
		return false;
	evo_text_init(&out);
	evo_text_append(&out, "\033]52;c;");
	base64(text, &out);
	evo_text_append(&out, "\a");
	fflush(stdout);
	wrote = write(STDOUT_FILENO, out.data, out.length) == (ssize_t) out.length;
	evo_text_clear(&out);
	return wrote;
}
