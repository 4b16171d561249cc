/*
 * The explorer in a sandbox, on a terminal of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "evoscope/base.h"

#include "session.h"

void session_prepare(struct session *session)
{
	memset(session, 0, sizeof(*session));
	sandbox_open(&session->box);
	sandbox_import(&session->box, 60);
}

void session_prepare_alone(struct session *session)
{
	session_prepare(session);
	sandbox_set(&session->box, "EVOSCOPE_SHARED", session->box.folder);
}

void session_begin(struct session *session, int rows, int columns, int ignored,
                   const char *const *options)
{
	const char *argv[40] = {PROGRAM,         "--benchmark", MADE,           SMALL_PROBE,
	                        "--networks",    "20",          "--validation", "8",
	                        "--population",  "10",          "--seed",       "3",
	                        "--generations", "100000"};
	size_t count = 0;
	while (argv[count] != NULL)
		count++;
	for (; *options != NULL; options++)
		argv[count++] = *options;
	session->term = term_open(&(struct term_start){
	        .argv = argv,
	        .env = (const char *const *) session->box.env,
	        .folder = session->box.folder,
	        .rows = rows,
	        .columns = columns,
	        .ignored = ignored,
	});
}

void session_end(struct session *session)
{
	term_close(session->term);
	session->term = NULL;
}

void session_finish(struct session *session)
{
	session_end(session);
	sandbox_close(&session->box);
}

void type_command(struct term *term, const char *text)
{
	char *keys = evo_format(":%s" ENTER, text);
	term_keys(term, keys);
	free(keys);
}

long generation(struct term *term)
{
	const char *at = strstr(term_row(term, 0), "gen ");
	return at != NULL ? strtol(at + 4, NULL, 10) : -1;
}

static bool has_generation(struct term *term, const void *least)
{
	return generation(term) >= *(const long *) least;
}

void expect_generation(struct term *term, long least)
{
	if (term_wait(term, has_generation, &least, TERM_PATIENCE))
		return;
	term_show(term);
	fail_msg("no generation %ld", least);
}

void expect_exit(struct term *term, int code)
{
	int status;
	bool over = term_wait_status(term, &status);
	if (over && WIFEXITED(status) && WEXITSTATUS(status) == code)
		return;
	term_show(term);
	fail_msg("%s, status %x, instead of exit %d", over ? "over" : "still there",
	         (unsigned) status, code);
}

void quit(struct term *term)
{
	term_keys(term, "qy");
	expect_exit(term, 0);
}
