/* A pipe with one byte in it while there is news. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "evoscope/news.h"

bool evo_news_open(struct evo_news *news, struct evo_error *err)
{
	news->told = false;
	if (pipe(news->pipe) != 0) {
		news->pipe[0] = news->pipe[1] = -1;
		return evo_fail(err, EVO_E_IO, "no pipe can be had: %s", strerror(errno));
	}
	for (int i = 0; i < 2; i++) {
		fcntl(news->pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(news->pipe[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

void evo_news_close(struct evo_news *news)
{
	for (int i = 0; i < 2; i++) {
		if (news->pipe[i] >= 0)
			close(news->pipe[i]);
	}
}

void evo_news_tell(struct evo_news *news)
{
	if (!news->told)
		news->told = write(news->pipe[1], "", 1) == 1;
}

void evo_news_take(struct evo_news *news)
{
	char byte;
	if (news->told)
		news->told = read(news->pipe[0], &byte, 1) != 1;
}

bool evo_news_wait(const struct evo_news *news, double seconds)
{
	struct pollfd some = {.fd = news->pipe[0], .events = POLLIN};
	int milliseconds = seconds < 0 ? -1 : seconds > 1e6 ? 1000000000 : (int) (seconds * 1e3);
	return poll(&some, 1, milliseconds) > 0;
}
