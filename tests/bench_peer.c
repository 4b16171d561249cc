/* The peer: PyTorch, by scripts that are no part of this project. */
#include "config.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *folder(void)
{
	const char *given = getenv("EVOSCOPE_PEER");
	return given != NULL && *given ? given : EVO_SOURCE_DIR "/../shared/peer";
}

/* Debian's PyTorch belongs to the system's interpreter, whatever comes first in PATH. */
static const char *python(void)
{
	return access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

char *bench_peer_path(const char *file)
{
	return evo_path_join(folder(), file);
}

bool bench_peer(void)
{
	static int known = -1;
	if (known >= 0)
		return known;
	char *script = bench_peer_path("bench_torch.py");
	char *command = evo_format("%s -c 'import torch' >/dev/null 2>&1", python());
	bool there = evo_path_exists(script), torch = there && system(command) == 0;
	if (!there)
		bench_say("no peer: %s is not there (EVOSCOPE_PEER names its folder)", script);
	else if (!torch)
		bench_say("no peer: PyTorch (python3-torch) is not installed");
	free(script);
	free(command);
	known = torch;
	return known;
}

double bench_peer_rate(const char *arguments, const char *unit)
{
	char line[512];
	double rate = 0;
	char *command = evo_format("cd '%s' && PYTHONDONTWRITEBYTECODE=1 %s bench_torch.py %s",
	                           folder(), python(), arguments);
	FILE *out = popen(command, "r");
	while (out != NULL && fgets(line, sizeof(line), out) != NULL) {
		char *end = strstr(line, unit), *at = end;
		while (at != NULL && at > line && at[-1] == ' ')
			at--;
		while (at != NULL && at > line && strchr("0123456789.", at[-1]) != NULL)
			at--;
		if (at != NULL)
			rate = strtod(at, NULL);
	}
	if (out == NULL || pclose(out) != 0 || !(rate > 0)) {
		bench_say("the peer failed: %s", command);
		rate = 0;
	}
	free(command);
	return rate;
}
