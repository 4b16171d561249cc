/*
 * The C locale as an object.
 */
#include "config.h"

#include <pthread.h>

#include "c_locale.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
}

locale_t evo_c_locale(void)
{
	pthread_once(&once, make);
	return c_locale;
}
