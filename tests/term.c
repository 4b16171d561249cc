/*
 * A terminal for tests: a pseudo-terminal whose screen libvterm keeps, and a supervisor that tells
 * how the program on it stops and ends.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <vterm.h>

#include "term.h"

struct term {
	int master, status_pipe, control_pipe;
	pid_t supervisor, program;
	bool ended;
	bool has_status;
	int status;
	int rows, columns;
	bool alternate;
	struct termios before;
	VTerm *vterm;
	VTermScreen *screen;
	char *bytes;
	size_t byte_count, byte_capacity;
	char *text;
};

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static void give_up(const char *what)
{
	fprintf(stderr, "term: %s: %s\n", what, strerror(errno));
	abort();
}

static void send_whole(int fd, const void *bytes, size_t count)
{
	const char *from = bytes;
	while (count) {
		ssize_t written = write(fd, from, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		from += written;
		count -= (size_t) written;
	}
}

/* ---- The supervisor, in a process of its own ------------------------------------------------- */

static void become_program(const struct term_start *start)
{
	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	if (start->ignored)
		signal(start->ignored, SIG_IGN);
	if (start->folder != NULL && chdir(start->folder))
		give_up(start->folder);
	execve(start->argv[0], (char *const *) (uintptr_t) start->argv,
	       (char *const *) (uintptr_t) start->env);
	give_up(start->argv[0]);
}

/* A hang-up reaches the leader of the session, which tells its jobs, as a shell does. */
static volatile pid_t job;

static void pass_on(int signal)
{
	if (job > 0)
		kill(-job, signal);
}

static void supervise(const struct term_start *start, int status_pipe, int control_pipe)
{
	signal(SIGHUP, pass_on);
	signal(SIGTTOU, SIG_IGN); /* it may take the terminal back from a job */
	pid_t program = job = fork();
	if (program < 0)
		give_up("fork");
	if (program == 0) {
		close(status_pipe);
		close(control_pipe);
		become_program(start);
	}
	send_whole(status_pipe, &program, sizeof(program));
	for (;;) {
		int status;
		if (waitpid(program, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			_exit(1);
		}
		tcsetpgrp(STDIN_FILENO, getpgrp());
		send_whole(status_pipe, &status, sizeof(status));
		if (!WIFSTOPPED(status)) {
			job = 0;
			break;
		}
		char command;
		if (read(control_pipe, &command, 1) != 1)
			break;
		tcsetpgrp(STDIN_FILENO, program);
		kill(-program, SIGCONT);
	}
	/* The terminal lives until everything on it has been read. */
	char end;
	while (read(control_pipe, &end, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static int set_property(VTermProp property, VTermValue *value, void *context)
{
	struct term *term = context;
	if (property == VTERM_PROP_ALTSCREEN)
		term->alternate = value->boolean;
	return 1;
}

/* What the terminal answers to queries. */
static void answer(const char *bytes, size_t count, void *context)
{
	struct term *term = context;
	if (term->master >= 0)
		send_whole(term->master, bytes, count);
}

static void open_screen(struct term *term)
{
	static const VTermScreenCallbacks callbacks = {.settermprop = set_property};
	term->vterm = vterm_new(term->rows, term->columns);
	vterm_set_utf8(term->vterm, 1);
	vterm_output_set_callback(term->vterm, answer, term);
	term->screen = vterm_obtain_screen(term->vterm);
	vterm_screen_set_callbacks(term->screen, &callbacks, term);
	vterm_screen_enable_altscreen(term->screen, 1);
	vterm_screen_reset(term->screen, 1);
}

/* The modes that a new pseudo-terminal has. */
static struct termios usual_modes(void)
{
	int master, slave;
	struct termios modes = {0};
	if (openpty(&master, &slave, NULL, NULL, NULL) || tcgetattr(slave, &modes))
		give_up("pseudo-terminal");
	close(slave);
	close(master);
	return modes;
}

struct term *term_open(const struct term_start *start)
{
	struct term *term = calloc(1, sizeof(*term));
	if (term == NULL)
		give_up("memory");
	term->rows = start->rows;
	term->columns = start->columns;
	term->before = usual_modes();
	int status_pipe[2], control_pipe[2];
	if (pipe2(status_pipe, O_CLOEXEC) || pipe2(control_pipe, O_CLOEXEC))
		give_up("pipe");
	struct winsize size = {.ws_row = (unsigned short) start->rows,
	                       .ws_col = (unsigned short) start->columns};
	term->supervisor = forkpty(&term->master, NULL, &term->before, &size);
	if (term->supervisor < 0)
		give_up("forkpty");
	if (term->supervisor == 0) {
		close(status_pipe[0]);
		close(control_pipe[1]);
		supervise(start, status_pipe[1], control_pipe[0]);
	}
	close(status_pipe[1]);
	close(control_pipe[0]);
	fcntl(term->master, F_SETFD, FD_CLOEXEC);
	fcntl(term->master, F_SETFL, O_NONBLOCK);
	term->status_pipe = status_pipe[0];
	term->control_pipe = control_pipe[1];
	if (read(term->status_pipe, &term->program, sizeof(pid_t)) != sizeof(pid_t))
		give_up("start");
	open_screen(term);
	return term;
}

void term_close(struct term *term)
{
	if (term == NULL)
		return;
	if (!term->ended)
		kill(term->program, SIGKILL);
	if (term->master >= 0)
		close(term->master);
	close(term->control_pipe);
	waitpid(term->supervisor, NULL, 0);
	close(term->status_pipe);
	vterm_free(term->vterm);
	free(term->bytes);
	free(term->text);
	free(term);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void keep(struct term *term, const char *bytes, size_t count)
{
	if (term->byte_count + count > term->byte_capacity) {
		term->byte_capacity = 2 * (term->byte_count + count);
		term->bytes = realloc(term->bytes, term->byte_capacity);
		if (term->bytes == NULL)
			give_up("memory");
	}
	memcpy(term->bytes + term->byte_count, bytes, count);
	term->byte_count += count;
	vterm_input_write(term->vterm, bytes, count);
}

static void read_status(struct term *term)
{
	int status;
	if (read(term->status_pipe, &status, sizeof(status)) != sizeof(status))
		give_up("supervisor");
	term->has_status = true;
	term->status = status;
	term->ended = !WIFSTOPPED(status);
}

/* Waits at most so long for bytes or a change of status; how many bytes came. */
static size_t read_some(struct term *term, double seconds)
{
	struct pollfd wait[2] = {{.fd = term->master, .events = POLLIN},
	                         {.fd = term->ended ? -1 : term->status_pipe, .events = POLLIN}};
	if (seconds < 0)
		seconds = 0;
	if (poll(wait, 2, (int) (seconds * 1000) + (seconds > 0)) <= 0)
		return 0;
	if (wait[1].revents & POLLIN)
		read_status(term);
	if (!(wait[0].revents & (POLLIN | POLLHUP)))
		return 0;
	char bytes[4096];
	ssize_t count = read(term->master, bytes, sizeof(bytes));
	if (count <= 0)
		return 0;
	keep(term, bytes, (size_t) count);
	return (size_t) count;
}

bool term_settle(struct term *term, double quiet)
{
	double end = now() + TERM_PATIENCE, last = now();
	while (now() < end) {
		if (read_some(term, quiet))
			last = now();
		if (now() - last >= quiet)
			return true;
	}
	return false;
}

size_t term_listen(struct term *term, double seconds)
{
	size_t before = term->byte_count;
	for (double end = now() + seconds; now() < end;)
		read_some(term, end - now());
	return term->byte_count - before;
}

bool term_wait(struct term *term, term_test test, const void *context, double seconds)
{
	double end = now() + seconds;
	for (;;) {
		if (test(term, context))
			return true;
		if (now() >= end)
			return false;
		if (term->ended && !read_some(term, 0.2))
			return test(term, context);
		read_some(term, 0.1);
	}
}

static bool shows(struct term *term, const void *text)
{
	return term_find(term, text) >= 0;
}

static bool lacks(struct term *term, const void *text)
{
	return term_find(term, text) < 0;
}

bool term_wait_text(struct term *term, const char *text)
{
	return term_wait(term, shows, text, TERM_PATIENCE);
}

bool term_wait_gone(struct term *term, const char *text)
{
	return term_wait(term, lacks, text, TERM_PATIENCE);
}

bool term_ended(const struct term *term)
{
	return term->ended;
}

bool term_wait_status(struct term *term, int *status)
{
	for (double end = now() + TERM_PATIENCE; !term->has_status && now() < end;)
		read_some(term, 0.1);
	/* What it wrote before is still on its way. */
	while (read_some(term, 0.1))
		;
	*status = term->status;
	bool got = term->has_status;
	term->has_status = term->ended;
	return got;
}

/* ---- Screen ---------------------------------------------------------------------------------- */

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char) c;
		return 1;
	}
	size_t count = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = count - 1; i > 0; i--, c >>= 6)
		out[i] = (char) (0x80 | (c & 0x3f));
	out[0] = (char) (lead[count] | c);
	return count;
}

static size_t put_row(const struct term *term, int row, char *out)
{
	size_t length = 0, used = 0;
	for (int column = 0; column < term->columns; column++) {
		VTermScreenCell cell = {0}; /* libvterm leaves what an empty cell does not use */
		VTermPos at = {.row = row, .col = column};
		if (!vterm_screen_get_cell(term->screen, at, &cell))
			break;
		if (cell.chars[0] == UINT32_MAX) /* the right half of a wide character */
			continue;
		if (!cell.chars[0]) {
			cell.chars[0] = ' ';
			cell.chars[1] = 0;
		}
		for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			length += put_utf8(out + length, cell.chars[i]);
		if (cell.chars[0] != ' ')
			used = length;
	}
	out[used] = '\0';
	return used;
}

static void make_room(struct term *term)
{
	size_t row = (size_t) term->columns * 4 * VTERM_MAX_CHARS_PER_CELL + 2;
	free(term->text);
	term->text = malloc((size_t) term->rows * row + 1);
	if (term->text == NULL)
		give_up("memory");
}

const char *term_row(struct term *term, int row)
{
	make_room(term);
	put_row(term, row, term->text);
	return term->text;
}

const char *term_screen(struct term *term)
{
	make_room(term);
	size_t length = 0;
	for (int row = 0; row < term->rows; row++) {
		length += put_row(term, row, term->text + length);
		term->text[length++] = '\n';
	}
	term->text[length] = '\0';
	return term->text;
}

int term_rows(const struct term *term)
{
	return term->rows;
}

int term_find(struct term *term, const char *text)
{
	const char *screen = term_screen(term);
	const char *at = strstr(screen, text);
	if (at == NULL)
		return -1;
	int row = 0;
	for (; screen < at; screen++)
		row += *screen == '\n';
	return row;
}

void term_cursor_at(const struct term *term, int *row, int *column)
{
	VTermPos at;
	vterm_state_get_cursorpos(vterm_obtain_state(term->vterm), &at);
	*row = at.row;
	*column = at.col;
}

bool term_alternate(const struct term *term)
{
	return term->alternate;
}

const char *term_bytes(const struct term *term, size_t *count)
{
	*count = term->byte_count;
	return term->bytes;
}

/* ---- Control sequences ----------------------------------------------------------------------- */

struct sequence {
	bool private;
	char final;
	int numbers[32];
	size_t count;
};

/* The next ESC [ sequence from *at on, without intermediate bytes. */
static bool next_sequence(const struct term *term, size_t *at, struct sequence *sequence)
{
	const char *bytes = term->bytes;
	size_t end = term->byte_count;
	for (; *at + 2 < end; (*at)++) {
		if (bytes[*at] != 27 || bytes[*at + 1] != '[')
			continue;
		size_t i = *at + 2;
		memset(sequence, 0, sizeof(*sequence));
		sequence->private = bytes[i] == '?';
		i += sequence->private;
		sequence->count = 1;
		for (; i < end && ((bytes[i] >= '0' && bytes[i] <= '9') || bytes[i] == ';'); i++) {
			int *number = &sequence->numbers[sequence->count - 1];
			if (bytes[i] != ';')
				*number = *number * 10 + bytes[i] - '0';
			else if (sequence->count < 32)
				sequence->count++;
		}
		if (i == end)
			return false;
		/* A signal has cut a sequence short, and another one begins, as terminals see
		   it. */
		if (bytes[i] == 27) {
			*at = i - 1;
			continue;
		}
		sequence->final = bytes[i];
		*at = i + 1;
		return true;
	}
	return false;
}

static bool last_mode(const struct term *term, int mode, bool set)
{
	struct sequence sequence;
	for (size_t at = 0; next_sequence(term, &at, &sequence);) {
		if (!sequence.private || (sequence.final != 'h' && sequence.final != 'l'))
			continue;
		for (size_t i = 0; i < sequence.count; i++)
			if (sequence.numbers[i] == mode)
				set = sequence.final == 'h';
	}
	return set;
}

bool term_mode(const struct term *term, int mode)
{
	return last_mode(term, mode, false);
}

/* Not as libvterm has it, for which leaving the alternate screen brings back an older state. */
bool term_cursor(const struct term *term)
{
	return last_mode(term, 25, true);
}

static bool is_colour(int number)
{
	return (number >= 30 && number <= 38) || (number >= 40 && number <= 48) ||
	       (number >= 90 && number <= 97) || (number >= 100 && number <= 107);
}

size_t term_colours(const struct term *term)
{
	size_t colours = 0;
	struct sequence sequence;
	for (size_t at = 0; next_sequence(term, &at, &sequence);)
		for (size_t i = 0; !sequence.private && sequence.final == 'm' && i < sequence.count;
		     i++)
			colours += is_colour(sequence.numbers[i]);
	return colours;
}

/* ---- Acting ---------------------------------------------------------------------------------- */

void term_keys(struct term *term, const char *bytes)
{
	term_send(term, bytes, strlen(bytes));
}

void term_send(struct term *term, const void *bytes, size_t count)
{
	const char *from = bytes;
	double end = now() + TERM_PATIENCE;
	/* A program that is writing reads nothing until what it writes is read. */
	while (count > 0 && !term->ended && now() < end) {
		ssize_t written = write(term->master, from, count);
		if (written < 0 && errno == EAGAIN)
			read_some(term, 0.05);
		else if (written <= 0 && errno != EINTR)
			return;
		if (written > 0) {
			from += written;
			count -= (size_t) written;
		}
	}
}

static void click(struct term *term, int button, int row, int column)
{
	char bytes[64];
	snprintf(bytes, sizeof(bytes), "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, column + 1,
	         row + 1, button, column + 1, row + 1);
	term_keys(term, bytes);
}

void term_click(struct term *term, int row, int column)
{
	click(term, 0, row, column);
}

void term_click_right(struct term *term, int row, int column)
{
	click(term, 2, row, column);
}

void term_resize(struct term *term, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short) rows, .ws_col = (unsigned short) columns};
	bool alternate = term->alternate;
	term->rows = rows;
	term->columns = columns;
	/* A new screen: libvterm 0.1 corrupts its memory when one is made small and large in turn.
	   What a program does not draw again is lost. */
	vterm_free(term->vterm);
	open_screen(term);
	term->alternate = alternate;
	if (ioctl(term->master, TIOCSWINSZ, &size))
		give_up("resize");
}

void term_signal(struct term *term, int signal)
{
	kill(term->program, signal);
}

void term_hang_up(struct term *term)
{
	close(term->master);
	term->master = -1;
}

void term_continue(struct term *term)
{
	send_whole(term->control_pipe, "f", 1);
}

bool term_restored(const struct term *term)
{
	struct termios modes = {0};
	if (tcgetattr(term->master, &modes))
		return false;
	return modes.c_iflag == term->before.c_iflag && modes.c_oflag == term->before.c_oflag &&
	       modes.c_cflag == term->before.c_cflag && modes.c_lflag == term->before.c_lflag &&
	       !memcmp(modes.c_cc, term->before.c_cc, sizeof(modes.c_cc));
}

void term_show(struct term *term)
{
	/* Not by print_error, which cuts. */
	fprintf(stderr, "%s%s\n", term_screen(term), term->ended ? "(the program has ended)" : "");
}

void term_expect_at(struct term *term, const char *text, const char *file, int line)
{
	if (term_wait_text(term, text))
		return;
	print_error("%s:%d: \"%s\" did not appear on this screen:\n", file, line, text);
	term_show(term);
	_fail(file, line);
}

/* What of the terminal's modes is not as it was; NULL when it is back. */
static const char *not_back(const struct term *term)
{
	static const struct {
		int mode;
		const char *what;
	} modes[] = {{1, "the application's cursor keys are still on (mode 1)"},
	             {1000, "reports of buttons are still on (mode 1000)"},
	             {1002, "reports of dragging are still on (mode 1002)"},
	             {1003, "reports of every move are still on (mode 1003)"},
	             {1006, "long reports of the mouse are still on (mode 1006)"},
	             {1015, "other long reports of the mouse are still on (mode 1015)"},
	             {2004, "bracketed paste is still on (mode 2004)"}};
	if (!term_restored(term))
		return "the modes of the line are not what they were (termios)";
	if (term_alternate(term))
		return "the alternate screen is still there";
	if (!term_cursor(term))
		return "the cursor is still hidden";
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (term_mode(term, modes[i].mode))
			return modes[i].what;
	return NULL;
}

/* A busy kernel passes on late what was written before a program stopped or ended. */
void term_expect_back(struct term *term)
{
	for (double end = now() + TERM_PATIENCE; not_back(term) != NULL && now() < end;)
		read_some(term, 0.1);
	if (not_back(term) == NULL)
		return;
	term_show(term);
	fail_msg("%s", not_back(term));
}
