/*
 * Control groups: which hierarchies are mounted where, where in them this process is, and the
 * tightest limit on the way up.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"
#include "cgroup.h"

#define SMALL_FILE ((size_t) 1 << 20)

/* One mounted hierarchy: version 2, or version 1 with a controller that matters here. */
struct hierarchy {
	bool unified, cpu, memory;
	char *mount; /* where it is mounted */
	char *top;   /* the group that is seen there: "/" unless a container shows a part only */
};

static char *read_small(const char *root, const char *directory, const char *name)
{
	char *path = evo_format("%s%s/%s", root, directory, name);
	char *text = evo_file_read(path, SMALL_FILE, NULL, NULL);

	free(path);
	return text;
}

/* True when `word` is one of the comma-separated words of list. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t span = strcspn(list, ",");
		if (span == length && strncmp(list, word, length) == 0)
			return true;
		list += span;
		list += *list == ',';
	}
	return false;
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static char *unescape(const char *text)
{
	char *copy = evo_strdup(text), *out = copy;

	for (const char *c = copy; *c != '\0'; c++) {
		if (c[0] == '\\' && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' && c[2] <= '7' &&
		    c[3] >= '0' && c[3] <= '7') {
			*out++ = (char) ((c[1] - '0') * 64 + (c[2] - '0') * 8 + (c[3] - '0'));
			c += 3;
		} else {
			*out++ = *c;
		}
	}
	*out = '\0';
	return copy;
}

/* One line of mountinfo: "36 35 98:0 ROOT MOUNT options [optional...] - TYPE source SUPER". */
static bool parse_mount(char *line, struct hierarchy *found)
{
	char *fields[5], *save = NULL, *rest = strstr(line, " - ");

	if (rest == NULL)
		return false;
	*rest = '\0';
	rest += strlen(" - ");
	for (size_t i = 0; i < EVO_COUNT(fields); i++)
		if ((fields[i] = strtok_r(i == 0 ? line : NULL, " ", &save)) == NULL)
			return false;
	const char *type = strtok_r(rest, " ", &save);
	const char *source = strtok_r(NULL, " ", &save);
	const char *options = strtok_r(NULL, " ", &save);
	if (type == NULL || source == NULL || options == NULL)
		return false;
	*found = (struct hierarchy){.unified = strcmp(type, "cgroup2") == 0};
	if (strcmp(type, "cgroup") == 0) {
		found->cpu = has_word(options, "cpu");
		found->memory = has_word(options, "memory");
	}
	if (!found->unified && !found->cpu && !found->memory)
		return false;
	found->top = unescape(fields[3]);
	found->mount = unescape(fields[4]);
	return true;
}

/* This process' group in a hierarchy, from the text of /proc/self/cgroup; NULL when not listed.
   Lines are "ID:CONTROLLERS:PATH", with no controllers for version 2. */
static char *group_of(const char *groups, const struct hierarchy *h)
{
	const char *wanted = h->unified ? "" : h->cpu ? "cpu" : "memory";
	char *copy = evo_strdup(groups), *save = NULL, *group = NULL;

	for (char *line = strtok_r(copy, "\n", &save); line != NULL && group == NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		char *controllers = strchr(line, ':');
		char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
		if (path == NULL)
			continue;
		*path++ = '\0';
		controllers++;
		if (h->unified ? *controllers == '\0' : has_word(controllers, wanted))
			group = evo_strdup(path);
	}
	free(copy);
	return group;
}

static void lower_memory(struct evo_cgroup_limits *limits, const char *text)
{
	char *end;

	errno = 0;
	unsigned long long bytes = strtoull(text, &end, 10);
	/* "max", or version 1's largest number of pages, mean that there is no limit. */
	if (end == text || errno != 0 || bytes == 0 || bytes >= (unsigned long long) INT64_MAX / 2)
		return;
	if (limits->memory == 0 || bytes < limits->memory)
		limits->memory = bytes;
}

static void lower_cores(struct evo_cgroup_limits *limits, const char *quota, const char *period)
{
	long long q = strtoll(quota, NULL, 10), p = strtoll(period, NULL, 10);

	if (q <= 0 || p <= 0)
		return;
	double cores = (double) q / (double) p;
	if (limits->cores <= 0 || cores < limits->cores)
		limits->cores = cores;
}

static void read_unified(const char *root, const char *directory, struct evo_cgroup_limits *limits)
{
	char *cpu = read_small(root, directory, "cpu.max");
	char *memory = read_small(root, directory, "memory.max");
	const char *period = cpu == NULL ? NULL : strchr(cpu, ' ');

	if (period != NULL)
		lower_cores(limits, cpu, period);
	if (memory != NULL)
		lower_memory(limits, memory);
	free(cpu);
	free(memory);
}

static void read_legacy(const char *root, const char *directory, const struct hierarchy *h,
                        struct evo_cgroup_limits *limits)
{
	char *quota = h->cpu ? read_small(root, directory, "cpu.cfs_quota_us") : NULL;
	char *period = h->cpu ? read_small(root, directory, "cpu.cfs_period_us") : NULL;
	char *memory = h->memory ? read_small(root, directory, "memory.limit_in_bytes") : NULL;

	if (quota != NULL && period != NULL)
		lower_cores(limits, quota, period);
	if (memory != NULL)
		lower_memory(limits, memory);
	free(quota);
	free(period);
	free(memory);
}

/* Reads the limits of the process' group and of every group above it that the mount shows. */
static void walk_up(const char *root, const char *group, const struct hierarchy *h,
                    struct evo_cgroup_limits *limits)
{
	size_t top = strcmp(h->top, "/") == 0 ? 0 : strlen(h->top);
	bool below = strncmp(group, h->top, top) == 0 && (group[top] == '/' || group[top] == '\0');
	char *path = evo_format("%s%s", h->mount, below ? group + top : "");
	size_t mount = strlen(h->mount);

	for (;;) {
		if (h->unified)
			read_unified(root, path, limits);
		else
			read_legacy(root, path, h, limits);
		char *slash = strrchr(path, '/');
		if (strlen(path) <= mount || slash == NULL)
			break;
		*slash = '\0';
	}
	free(path);
}

struct evo_cgroup_limits evo_cgroup_limits(const char *root)
{
	struct evo_cgroup_limits limits = {0};
	char *groups = read_small(root, "/proc/self", "cgroup");
	char *mounts = read_small(root, "/proc/self", "mountinfo");
	char *save = NULL;

	if (groups != NULL && mounts != NULL) {
		for (char *line = strtok_r(mounts, "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save)) {
			struct hierarchy h;
			if (!parse_mount(line, &h))
				continue;
			char *group = group_of(groups, &h);
			if (group != NULL)
				walk_up(root, group, &h, &limits);
			free(group);
			free(h.mount);
			free(h.top);
		}
	}
	free(groups);
	free(mounts);
	return limits;
}
