/*
 * The Benchmarks screen: what accuracies there are, and which of them a search is about.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "explorer.h"
#include "table.h"

#define WIDE         100 /* from here on list and details lie side by side */
#define IMAGES_LEAST 12  /* in fewer columns they say nothing */

struct ui_benchmarks {
	struct ui_catalogue *catalogue;
	struct evo_error unread; /* why there may be more of them */
	struct ui_entry *entries;
	bool *tagged;
	size_t count;
	struct ui_list list;
};

/* ---- Coming and going ------------------------------------------------------------------------ */

static void read_all(struct ui_benchmarks *benchmarks)
{
	ui_catalogue_entries(benchmarks->catalogue, benchmarks->entries);
}

static void open_view(struct ui_explorer *explorer)
{
	struct ui_benchmarks *benchmarks = evo_calloc(1, sizeof(*benchmarks));

	benchmarks->list.above = 1;
	benchmarks->catalogue = ui_catalogue_create(&benchmarks->unread);
	benchmarks->count = ui_catalogue_count(benchmarks->catalogue);
	benchmarks->entries = evo_calloc(benchmarks->count, sizeof(*benchmarks->entries));
	benchmarks->tagged = evo_calloc(benchmarks->count + 1, sizeof(*benchmarks->tagged));
	explorer->benchmarks = benchmarks;
	read_all(benchmarks);
}

static void update(struct ui_explorer *explorer)
{
	(void) explorer;
}

static int descriptor(const struct ui_explorer *explorer)
{
	return ui_catalogue_descriptor(explorer->benchmarks->catalogue);
}

static void news(struct ui_explorer *explorer)
{
	read_all(explorer->benchmarks);
}

static bool busy(const struct ui_explorer *explorer)
{
	const struct ui_benchmarks *benchmarks = explorer->benchmarks;

	for (size_t i = 0; i < benchmarks->count; i++)
		if (!benchmarks->entries[i].read)
			return true;
	return false;
}

static void close_view(struct ui_explorer *explorer)
{
	struct ui_benchmarks *benchmarks = explorer->benchmarks;

	ui_catalogue_destroy(benchmarks->catalogue);
	free(benchmarks->entries);
	free(benchmarks->tagged);
	free(benchmarks);
}

static const struct ui_entry *under_cursor(const struct ui_benchmarks *benchmarks)
{
	return benchmarks->list.cursor < benchmarks->count
	               ? &benchmarks->entries[benchmarks->list.cursor]
	               : NULL;
}

/* Is the present search about it? */
static bool in_search(const struct ui_model *model, const char *name)
{
	size_t count;
	const struct evo_run_case *cases = ui_model_cases(model, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(cases[i].name, name) == 0)
			return true;
	return false;
}

/* ---- The list -------------------------------------------------------------------------------- */

enum {
	TAG = 1,
	NAME,
	STATE, /* is it used, or why is the rest not there? */
	NETWORKS,
	ACCURACY,
	IMAGES
};

struct shown {
	const struct ui_benchmarks *benchmarks;
	const struct ui_model *model;
};

static void append_accuracy(const struct ui_entry *entry, struct evo_text *out)
{
	evo_text_printf(out, "%.1f..%.1f %%", entry->facts.low, entry->facts.high);
}

/* Is all known of it that the list shows? */
static bool is_whole(const struct ui_entry *entry)
{
	return entry->read && *entry->error == '\0';
}

static void cell(const struct ui_table *table, size_t row, unsigned column, struct evo_text *out,
                 enum ui_role *role)
{
	const struct shown *of = table->of;
	const struct ui_entry *entry = &of->benchmarks->entries[row];
	const bool used = in_search(of->model, entry->name);

	if (column == TAG) {
		evo_text_append(out, of->benchmarks->tagged[row] ? "*" : "");
	} else if (column == NAME) {
		evo_text_append(out, entry->name);
		*role = used ? UI_ROLE_GOOD : UI_ROLE_TEXT;
	} else if (!is_whole(entry)) {
		evo_text_append(out, column != STATE ? "" : entry->read ? entry->error : "reading");
		*role = entry->read ? UI_ROLE_BAD : UI_ROLE_DIM;
	} else if (column == STATE) {
		evo_text_append(out, used ? "used" : "");
	} else if (column == NETWORKS) {
		evo_text_printf(out, "%zu", entry->networks);
	} else if (column == ACCURACY) {
		append_accuracy(entry, out);
	} else {
		evo_text_append(out, entry->images);
	}
}

/* As wide as the widest text in it. */
static int accuracy_width(const struct ui_benchmarks *benchmarks)
{
	struct evo_text text;
	int most = 0;

	evo_text_init(&text);
	for (size_t i = 0; i < benchmarks->count; i++) {
		evo_text_reset(&text);
		if (is_whole(&benchmarks->entries[i]))
			append_accuracy(&benchmarks->entries[i], &text);
		const int width = ui_text_width(text.data);
		most = width > most ? width : most;
	}
	evo_text_clear(&text);
	return most;
}

static void draw_rows(const struct ui_benchmarks *benchmarks, const struct ui_model *model,
                      struct ui_area area)
{
	const struct shown of = {benchmarks, model};
	struct ui_table table = {
	        .columns = {{TAG, NULL, 1, 1, UI_ROLE_ACCENT, .left = true},
	                    {NAME, "name", 1, 25, .left = true},
	                    {STATE, NULL, 1, 4, .left = true, .spills = true},
	                    {NETWORKS, "networks", 0, .width = 8},
	                    {ACCURACY, "accuracy", 2, accuracy_width(benchmarks), .left = true},
	                    {IMAGES, NULL, 2, IMAGES_LEAST, UI_ROLE_DIM, 1, .left = true,
	                     .grows = true}},
	        .count = 6,
	        .cell = cell,
	        .of = &of};

	ui_table_draw(&table, area, &benchmarks->list, benchmarks->count);
}

static void draw_list(struct ui_benchmarks *benchmarks, const struct ui_model *model,
                      struct ui_area area)
{
	const bool unread = benchmarks->unread.code != EVO_OK; /* the last line says why */
	char title[64], tagged[32] = "";
	size_t tags = 0;

	for (size_t i = 0; i < benchmarks->count; i++)
		tags += benchmarks->tagged[i];
	if (tags > 0)
		snprintf(tagged, sizeof(tagged), ", %zu tagged", tags);
	snprintf(title, sizeof(title), "Benchmarks %zu%s", benchmarks->count, tagged);
	benchmarks->list.below = unread;
	struct ui_area inside =
	        ui_list_frame(&benchmarks->list, benchmarks->count, area, true, title, NULL);
	draw_rows(benchmarks, model, inside);
	if (unread)
		ui_text_fit(inside, 1, inside.rect.height - 1, inside.rect.width - 1, UI_ROLE_BAD,
		            benchmarks->unread.message);
	else if (benchmarks->count == 0)
		ui_text_fit(inside, 1, 1, inside.rect.width - 1, UI_ROLE_DIM,
		            "none: evoscope benchmarks import, or build, makes one");
}

/* ---- Details --------------------------------------------------------------------------------- */

/* A name in a column of its own, and text in as many lines as it takes. Returns the next line. */
static int draw_fact(struct ui_area area, int y, const char *name, const char *text)
{
	if (*text == '\0')
		return y;
	ui_text(area, 1, y, UI_ROLE_DIM, name);
	return ui_text_wrap(ui_area_sub(area, 0, 0, area.rect.width - 1, area.rect.height), 12, y,
	                    area.rect.height, UI_ROLE_TEXT, text);
}

/* In the lines that are left: where they are too few for all bins, some are put together. */
static void draw_histogram(struct ui_area area, int y, const struct evo_benchmark_facts *facts)
{
	int decimals = facts->bin_width < 1, width = area.rect.width - 30;
	size_t lines = area.rect.height > y ? (size_t) (area.rect.height - y) : 0, most = 1;
	size_t sums[EVO_BINS_MOST] = {0};

	if (lines == 0 || width <= 4)
		return;
	size_t together = (facts->bin_count + lines - 1) / lines;
	for (size_t i = 0; i < facts->bin_count; i++)
		sums[i / together] += facts->bins[i];
	for (size_t i = 0; i < facts->bin_count; i++)
		most = sums[i] > most ? sums[i] : most;
	for (size_t i = 0; i * together < facts->bin_count; i++, y++) {
		size_t first = i * together, next = first + together;
		double from = facts->first_bin + (double) first * facts->bin_width;
		char text[48];
		next = next < facts->bin_count ? next : facts->bin_count;
		snprintf(text, sizeof(text), "%.*f..%.*f", decimals, from, decimals,
		         facts->first_bin + (double) next * facts->bin_width);
		ui_text_right(area, 21, y, UI_ROLE_DIM, text);
		double eighths = ceil(8.0 * width * (double) sums[i] / (double) most);
		for (int x = 0; x < width && eighths > 8 * x; x++) {
			double part = eighths - 8 * x;
			ui_put(area, 22 + x, y, UI_ROLE_SERIES_1,
			       area.surface->glyphs->eighths[part >= 8 ? 8 : (int) part]);
		}
		snprintf(text, sizeof(text), "%zu", sums[i]);
		ui_text_right(area, area.rect.width - 1, y, UI_ROLE_TEXT, text);
	}
}

static int draw_pools(struct ui_area area, int y, const struct evo_benchmark_facts *facts)
{
	char text[96];

	for (int split = EVO_TRAIN; split < EVO_ALL; split++) {
		snprintf(text, sizeof(text), "%-10s %zu networks, %zu functions",
		         evo_split_name((enum evo_split) split), facts->networks[split],
		         facts->functions[split]);
		y = draw_fact(area, y, split == EVO_TRAIN ? "pools" : "", text);
	}
	return y;
}

/* What the present search has on hand of it. */
static int draw_statistics(struct ui_area area, int y, const struct ui_model *model,
                           const char *name)
{
	const struct evo_snapshot *snapshot = model->snapshot;
	const struct evo_store_report *store = &snapshot->store;
	char text[160];

	for (size_t i = 0; i < snapshot->case_count; i++) {
		if (strcmp(snapshot->cases[i].name, name) != 0)
			continue;
		snprintf(text, sizeof(text), "%zu train and %zu validation networks",
		         snapshot->cases[i].train, snapshot->cases[i].validation);
		y = draw_fact(area, y, "in search", text);
		snprintf(text, sizeof(text), "statistics of %zu of %zu networks", store->kept,
		         store->networks);
		y = draw_fact(area, y, "memory", text);
		/* Which thread had which network decides on how large its workspace grew. */
		if (model->fixed_clock)
			continue;
		snprintf(text, sizeof(text), "%.1f of %.1f MB", (double) store->bytes / 1e6,
		         (double) store->limit / 1e6);
		y = draw_fact(area, y, "", text);
		if (store->extractions == 0)
			continue;
		snprintf(text, sizeof(text), "%.1f ms a network to collect",
		         1e3 * store->extract_seconds / (double) store->extractions);
		y = draw_fact(area, y, "", text);
	}
	return y;
}

static void draw_details(const struct ui_benchmarks *benchmarks, const struct ui_model *model,
                         struct ui_area area)
{
	const struct ui_entry *entry = under_cursor(benchmarks);
	struct ui_area inside = ui_frame(area, false, entry != NULL ? entry->name : "", NULL);
	char text[160];
	int y = 0;

	if (entry == NULL || !entry->read)
		return;
	if (*entry->error != '\0') {
		draw_fact(inside, 0, "error", entry->error);
		return;
	}
	y = draw_fact(inside, y, "title", entry->title);
	y = draw_fact(inside, y, "dataset", entry->dataset);
	snprintf(text, sizeof(text), "%zu in %s, %zu different functions", entry->networks,
	         entry->space, entry->functions);
	y = draw_fact(inside, y, "networks", text);
	y = draw_statistics(inside, y, model, entry->name);
	snprintf(text, sizeof(text), "%.2f to %.2f %%; 10 %% below %.2f, half %.2f, 90 %% %.2f",
	         entry->facts.low, entry->facts.high, entry->facts.p10, entry->facts.median,
	         entry->facts.p90);
	y = draw_fact(inside, y, "accuracy", text);
	if (!isnan(entry->ceiling)) {
		snprintf(text, sizeof(text),
		         "Kendall tau %.3f between two trainings: no proxy is known to be better",
		         entry->ceiling);
		y = draw_fact(inside, y, "ceiling", text);
	}
	y = draw_fact(inside, y, "images", entry->images);
	y = draw_fact(inside, y, "probe", entry->probe);
	y = draw_pools(inside, y, &entry->facts);
	y = draw_fact(inside, y, "origin", entry->origin);
	draw_histogram(inside, y, &entry->facts);
	if (y > inside.rect.height)
		ui_frame(area, false, entry->name, "more on a higher screen");
}

static void draw(struct ui_explorer *explorer, struct ui_surface *surface)
{
	struct ui_benchmarks *benchmarks = explorer->benchmarks;
	const struct evo_gp_config *gp = &explorer->model.snapshot->config;
	struct ui_layout layout = ui_layout_body(surface->columns, surface->rows);

	if (ui_too_small(surface, &layout))
		return;
	struct ui_area body = ui_area_of(surface, layout.panes[0]);
	int width = body.rect.width, height = body.rect.height;
	int left = width * 11 / 20,
	    upper = (benchmarks->count > 1 ? (int) benchmarks->count : 1) + 3;

	if (upper > height * 2 / 5)
		upper = height * 2 / 5;
	if (width >= WIDE) {
		draw_list(benchmarks, &explorer->model, ui_area_sub(body, 0, 0, left, height));
		draw_details(benchmarks, &explorer->model,
		             ui_area_sub(body, left, 0, width - left, height));
	} else {
		draw_list(benchmarks, &explorer->model, ui_area_sub(body, 0, 0, width, upper));
		draw_details(benchmarks, &explorer->model,
		             ui_area_sub(body, 0, upper, width, height - upper));
	}
	struct ui_area line = ui_area_of(surface, layout.message);
	char train[32], text[160];
	snprintf(train, sizeof(train), gp->train == EVO_ALL_NETWORKS ? "all" : "%zu", gp->train);
	if (width < WIDE)
		snprintf(text, sizeof(text),
		         "of each %s + %zu networks: :set train N, validation N", train,
		         gp->validation);
	else
		snprintf(text, sizeof(text),
		         "a search takes %s train and %zu validation networks of each: :set train "
		         "N, :set validation N before it begins",
		         train, gp->validation);
	ui_text_fit(line, 1, 0, width - 2, UI_ROLE_DIM, text);
	ui_explorer_edges(explorer, surface, &layout, "Benchmarks");
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* The tagged ones, or the one under the cursor; borrowed. names has room for EVO_CASES_MAX; returns
   how many there are, which may be more. */
static size_t chosen(const struct ui_benchmarks *benchmarks, const char **names)
{
	size_t count = 0;

	for (size_t i = 0; i < benchmarks->count; i++) {
		if (!benchmarks->tagged[i])
			continue;
		if (count < EVO_CASES_MAX)
			names[count] = benchmarks->entries[i].name;
		count++;
	}
	if (count == 0 && under_cursor(benchmarks) != NULL)
		names[count++] = under_cursor(benchmarks)->name;
	return count;
}

static enum ui_result use(struct ui_explorer *explorer, const char *argument, struct evo_error *err)
{
	const char *names[EVO_CASES_MAX];
	struct evo_run_config config;
	enum ui_when when = ui_when(explorer->model.snapshot->state);

	if (argument == NULL && (when == UI_WHEN_GOING || when == UI_WHEN_PAUSED)) {
		ui_input_ask(explorer, UI_ACTION_USE, "", "The present search goes on.",
		             "%s and make a new one of these?",
		             explorer->run_config.watch ? "Leave the search that is watched"
		                                        : "End the present search");
		return UI_DONE;
	}
	size_t count = chosen(explorer->benchmarks, names);
	if (count > EVO_CASES_MAX) {
		evo_fail(err, EVO_E_USAGE,
		         "a search takes at most %d benchmarks, and %zu are tagged", EVO_CASES_MAX,
		         count);
		return UI_FAILED;
	}
	evo_run_config_next(&config, &explorer->run_config);
	evo_run_config_benchmarks(&config, names, count);
	config.gp = explorer->model.snapshot->config;
	config.seed = when == UI_WHEN_IDLE ? config.seed : explorer->next_seed;
	bool good = ui_explorer_renew(explorer, &config, err);
	evo_run_config_clear(&config);
	if (!good)
		return UI_FAILED;
	ui_explorer_go(explorer, &ui_evolve_view);
	ui_explorer_say(explorer, "A new search of %zu benchmark%s: s starts it", count,
	                count == 1 ? "" : "s");
	return UI_DONE;
}

static enum ui_result request(struct ui_explorer *explorer, enum ui_action action,
                              const char *argument, struct evo_error *err)
{
	struct ui_benchmarks *benchmarks = explorer->benchmarks;

	if (ui_list_request(&benchmarks->list, benchmarks->count, action))
		return UI_DONE;
	if (action == UI_ACTION_TAG) {
		if (benchmarks->count > 0) {
			bool *tag = &benchmarks->tagged[benchmarks->list.cursor];
			*tag = !*tag;
			ui_list_move(&benchmarks->list, benchmarks->count, 1);
		}
		return UI_DONE;
	}
	return action == UI_ACTION_USE ? use(explorer, argument, err) : UI_NOT_MINE;
}

static void mouse(struct ui_explorer *explorer, const struct ui_mouse *event)
{
	struct ui_benchmarks *benchmarks = explorer->benchmarks;

	ui_list_mouse(&benchmarks->list, benchmarks->count, event);
}

static unsigned where(const struct ui_explorer *explorer)
{
	(void) explorer;
	return UI_IN_BENCHMARKS;
}

const struct ui_view ui_benchmarks_view = {
        .name = "Benchmarks",
        .action = UI_ACTION_BENCHMARKS,
        .open = open_view,
        .update = update,
        .draw = draw,
        .request = request,
        .mouse = mouse,
        .where = where,
        .descriptor = descriptor,
        .news = news,
        .busy = busy,
        .close = close_view,
};
