/*
 * Tells which program drives a run, and whether it is still there. A process is known by its host,
 * boot, number and start, and on other hosts by the signs of life that it gives.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "owner.h"

/* The boot that this is; "" where the system does not tell. */
static void read_boot(char *out, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
	out[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(out, (int) size, file) == NULL)
		out[0] = '\0';
	fclose(file);
	out[strcspn(out, "\n")] = '\0';
}

/* Containers of one host and name may have numbers of processes of their own, so that none of the
   others is seen; "" where the system does not tell. */
static void read_namespace(char *out, size_t size)
{
	ssize_t length = readlink("/proc/self/ns/pid", out, size - 1);
	out[length > 0 ? length : 0] = '\0';
}

/* When a process began, in the system's own units; 0 where it does not tell. */
static int64_t read_start(int64_t process)
{
	char *path = evo_format("/proc/%lld/stat", (long long) process), line[1024];
	FILE *file = fopen(path, "r");
	int64_t start = 0;
	free(path);
	if (file == NULL)
		return 0;
	size_t length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	/* The name, in brackets, may hold anything; the start is the 20th field after it. */
	char *at = strrchr(line, ')');
	for (int field = 0; at != NULL && field < 20; field++)
		at = strchr(at + 1, ' ');
	if (at != NULL)
		start = strtoll(at + 1, NULL, 10);
	return start;
}

void evo_owner_self(struct evo_owner *out)
{
	char boot[40], space[24];
	memset(out, 0, sizeof(*out));
	if (gethostname(out->host, sizeof(out->host) - 1) != 0 || out->host[0] == '\0')
		snprintf(out->host, sizeof(out->host), "localhost");
	read_boot(boot, sizeof(boot));
	read_namespace(space, sizeof(space));
	snprintf(out->boot, sizeof(out->boot), "%s%s%s", boot, space[0] != '\0' ? " " : "", space);
	out->process = (int64_t) getpid();
	out->started = read_start(out->process);
}

bool evo_owner_same(const struct evo_owner *a, const struct evo_owner *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->boot, b->boot) == 0 &&
	       a->process == b->process && a->started == b->started;
}

static bool same_boot(const struct evo_owner *a, const struct evo_owner *b)
{
	const size_t length = strcspn(a->boot, " ");
	return length == strcspn(b->boot, " ") && memcmp(a->boot, b->boot, length) == 0;
}

/* Is it of this PID namespace? Earlier programs did not note theirs. */
static bool is_visible(const struct evo_owner *owner, const struct evo_owner *self)
{
	return strchr(owner->boot, ' ') == NULL || strcmp(owner->boot, self->boot) == 0;
}

static bool is_running(const struct evo_owner *owner)
{
	if (kill((pid_t) owner->process, 0) != 0 && errno == ESRCH)
		return false;
	return read_start(owner->process) == owner->started;
}

/* Seconds since its last sign, or until it where its clock is ahead. */
static int64_t silence_of(const struct evo_owner *owner)
{
	return llabs((int64_t) time(NULL) - owner->signed_at);
}

enum evo_owner_is evo_owner_look(const struct evo_owner *owner)
{
	struct evo_owner self;
	evo_owner_self(&self);
	if (owner->host[0] == '\0')
		return EVO_OWNER_GONE;
	if (strcmp(owner->host, self.host) == 0) {
		if (!same_boot(owner, &self))
			return EVO_OWNER_GONE;
		if (is_visible(owner, &self))
			return is_running(owner) ? EVO_OWNER_ALIVE : EVO_OWNER_GONE;
	}
	if (owner->signs == 0 || silence_of(owner) < EVO_SILENT_SECONDS)
		return EVO_OWNER_ALIVE;
	return silence_of(owner) < EVO_GONE_SECONDS ? EVO_OWNER_SILENT : EVO_OWNER_GONE;
}

bool evo_owner_refuse(const struct evo_owner *owner, const char *name, struct evo_error *err)
{
	char sign[80] = "";
	if (owner->signs > 0)
		snprintf(sign, sizeof(sign), ", whose last sign of life is %lld s old",
		         (long long) silence_of(owner));
	return evo_fail(err, EVO_E_IO,
	                "run %s is going in process %lld on %s%s; stop it there first, or where "
	                "it is gone take the run over with --take-over",
	                name, (long long) owner->process, owner->host, sign);
}
