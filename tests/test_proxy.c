/* The library of proxies: names of the program's, and a file of the user's own. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "evoscope/proxy.h"

static struct evo_error err;
static char folder[] = "/tmp/evoscope-proxy-XXXXXX";
static char *file;

static int set_up(void **state)
{
	(void) state;
	assert_non_null(mkdtemp(folder));
	setenv("EVOSCOPE_DATA", folder, 1);
	file = evo_path_join(folder, "proxies.ini");
	return 0;
}

static int tear_down(void **state)
{
	(void) state;
	free(file);
	return evo_remove_tree(folder, &err) ? 0 : -1;
}

static void put(const char *text)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void expect_file(const char *text)
{
	size_t length;
	char *found = evo_file_read(file, 1 << 20, &length, &err);

	assert_non_null(found);
	assert_string_equal(found, text);
	free(found);
}

static void expect_error(bool good, const char *part)
{
	char text[1024];

	assert_false(good);
	evo_error_text(&err, text, sizeof(text));
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, text);
	evo_error_clear(&err);
}

static char *written_out(const char *expression)
{
	struct evo_tree tree;
	struct evo_text text;

	if (!evo_proxy_parse(expression, &tree, &err))
		fail_msg("%s: %s", expression, err.message);
	evo_text_init(&text);
	evo_tree_print(&tree, &text);
	return text.data;
}

/* ---- The program's --------------------------------------------------------------------------- */

static void programs_names_stand_for_trees(void **state)
{
	char *text = written_out("sub(eznas-a, log(units))");

	(void) state;
	assert_string_equal(text, "sub(layer_mean(frob(sigmoid(logdet(sign(gx.d))))), log(units))");
	free(text);
	for (size_t i = 0; i < evo_proxy_count(); i++) {
		text = written_out(evo_proxy_at(i).name);
		assert_string_equal(text, evo_proxy_at(i).expression);
		free(text);
	}
	assert_int_equal(evo_proxy_find("eznas"), evo_proxy_count());
}

/* ---- One's own ------------------------------------------------------------------------------- */

static void own_names_are_added_renamed_and_removed(void **state)
{
	struct evo_library library;
	char *text;

	(void) state;
	unlink(file);
	assert_true(evo_proxy_add("mine", "sub(log(synflow),log(params))", "by hand", &err));
	assert_true(evo_proxy_add("second.1", "add(mine, eznas-a)", "", &err));
	assert_true(evo_proxy_rename("mine", "first", &err));
	text = written_out("mul(first, 2)");
	assert_string_equal(text, "mul(sub(log(synflow), log(params)), 2)");
	free(text);
	assert_true(evo_library_load(&library, &err));
	assert_int_equal(library.own, 2);
	assert_int_equal(library.count, evo_proxy_count() + 2);
	assert_string_equal(library.items[library.count - 2].name, "first");
	assert_string_equal(library.items[library.count - 2].source, "by hand");
	/* Names were written out: that one of them is gone is of no matter. */
	assert_string_equal(evo_library_find(&library, "second.1")->expression,
	                    "add(sub(log(synflow), log(params)), "
	                    "layer_mean(frob(sigmoid(logdet(sign(gx.d))))))");
	evo_library_clear(&library);
	assert_true(evo_proxy_remove("first", &err));
	expect_error(evo_proxy_remove("first", &err), "no proxy 'first' of yours");
	free(written_out("second.1"));
	assert_true(evo_proxy_remove("second.1", &err));
	assert_true(evo_library_load(&library, &err));
	assert_int_equal(library.own, 0);
	evo_library_clear(&library);
}

static void what_a_person_wrote_stays(void **state)
{
	(void) state;
	put("; mine\n\n[a]\nexpression = x.d\n; about b\n[b]\nsource = s\nexpression = y.d");
	assert_true(evo_proxy_add("c", "w", "here", &err));
	expect_file(
	        "; mine\n\n[a]\nexpression = x.d\n; about b\n[b]\nsource = s\nexpression = y.d\n"
	        "\n[c]\nexpression = w\nsource = here\n");
	assert_true(evo_proxy_rename("b", "bee", &err));
	assert_true(evo_proxy_remove("c", &err));
	expect_file(
	        "; mine\n\n[a]\nexpression = x.d\n; about b\n[bee]\nsource = s\nexpression = y.d\n"
	        "\n");
}

/* Longer than a line may be: it is continued, and read as one. */
static void long_expressions_are_kept_whole(void **state)
{
	struct evo_text text;
	char *found;

	(void) state;
	unlink(file);
	evo_text_init(&text);
	for (int i = 0; i < 40; i++)
		evo_text_append(&text, "add(layer_sum(abs(x.d)), ");
	evo_text_append(&text, "units");
	for (int i = 0; i < 40; i++)
		evo_text_append(&text, ")");
	assert_true(evo_proxy_add("long", text.data, "", &err));
	found = written_out("long");
	assert_string_equal(found, text.data);
	free(found);
	evo_text_clear(&text);
}

static void names_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *name, *message;
	} names[] = {
	        {"", "cannot name a proxy"},
	        {"1st", "cannot name a proxy"},
	        {"a b", "cannot name a proxy"},
	        {"a/b", "cannot name a proxy"},
	        {"a-name-that-is-longer-than-forty-characters", "cannot name a proxy"},
	        {"abs", "word of the language"},
	        {"x.d", "word of the language"},
	        {"synflow", "word of the language"},
	        {"nan", "nan is a number in expressions; choose another name"},
	        {"NaN", "is a number"},
	        {"inf", "is a number"},
	        {"Infinity", "is a number"},
	        {"all", "all stands for every one"},
	        {"eznas-a", "comes with the program"},
	        {"taken", "there is a proxy taken already"},
	};

	(void) state;
	put("[taken]\nexpression = w\n");
	for (size_t i = 0; i < EVO_COUNT(names); i++) {
		expect_error(evo_proxy_add(names[i].name, "x.d", "", &err), names[i].message);
		expect_error(evo_proxy_rename("taken", names[i].name, &err), names[i].message);
	}
	expect_error(evo_proxy_add("good", "abs(x.e)", "", &err), "x.e");
	expect_error(evo_proxy_add("good", "x.d", "two\nlines", &err), "one line");
	expect_error(evo_proxy_remove("eznas-a", &err), "comes with the program");
	expect_error(evo_proxy_remove("takem", &err), "did you mean 'taken'?");
	expect_file("[taken]\nexpression = w\n");
}

#define PROGRAMS 8
#define EACH     6

static void add_some(int program)
{
	for (int i = 0; i < EACH; i++) {
		char *name = evo_format("p%d-%d", program, i);

		if (!evo_proxy_add(name, "units", "", NULL))
			_exit(1);
		free(name);
	}
	_exit(0);
}

/* What several programs add at the same time is all there. */
static void programs_add_at_the_same_time(void **state)
{
	struct evo_library library;
	int status;

	(void) state;
	remove(file);
	fflush(NULL);
	for (int i = 0; i < PROGRAMS; i++)
		if (fork() == 0)
			add_some(i);
	for (int i = 0; i < PROGRAMS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_true(evo_library_load(&library, &err));
	assert_int_equal(library.own, PROGRAMS * EACH);
	evo_library_clear(&library);
	remove(file);
}

static void a_file_that_is_no_good_is_told_by_line(void **state)
{
	static const struct {
		const char *text, *message;
	} files[] = {
	        {"expression = w\n", "proxies.ini:1: begin with a line [NAME]"},
	        {"[a]\nexpresion = w\n", "proxies.ini:2: unknown key expresion"},
	        {"[a]\nexpression = w\nexpression = w\n", "proxies.ini:3: [a] has two lines"},
	        {"[a]\nexpression = w\n[b]\nexpression = w\n[a]\nexpression = w\n",
	         "proxies.ini:6: [a] is there twice"},
	        {"[abs]\nexpression = w\n", "proxies.ini:2: abs is a word of the language"},
	        {"[nan]\nexpression = w\n", "proxies.ini:2: nan is a number"},
	        {"[a]\nsource = here\n", "proxies.ini: [a] has no expression"},
	        {"[a]\nexpression = absolute(w)\n", "the expression of [a]: "},
	        {"[a]\nexpression = a\n", "the expression of [a]: "},
	        {"[a]\nwhat\n", "proxies.ini:2: "},
	};
	struct evo_library library;
	struct evo_tree tree;

	(void) state;
	for (size_t i = 0; i < EVO_COUNT(files); i++) {
		put(files[i].text);
		assert_false(evo_library_load(&library, NULL));
		assert_int_equal(library.own, 0);
		assert_int_equal(library.count, evo_proxy_count());
		evo_library_clear(&library);
		expect_error(evo_proxy_add("new", "w", "", &err), files[i].message);
		expect_error(evo_proxy_parse("a", &tree, &err), files[i].message);
		expect_file(files[i].text);
		/* The program's own names need no file. */
		free(written_out("eznas-a"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(programs_names_stand_for_trees),
	        cmocka_unit_test(own_names_are_added_renamed_and_removed),
	        cmocka_unit_test(what_a_person_wrote_stays),
	        cmocka_unit_test(long_expressions_are_kept_whole),
	        cmocka_unit_test(names_that_cannot_be_are_refused),
	        cmocka_unit_test(programs_add_at_the_same_time),
	        cmocka_unit_test(a_file_that_is_no_good_is_told_by_line),
	};

	return cmocka_run_group_tests_name("proxy", tests, set_up, tear_down);
}
