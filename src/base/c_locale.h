/*
 * The C locale as an object, for numbers that read and print the same whatever setlocale was told.
 */
#ifndef EVOSCOPE_BASE_C_LOCALE_H
#define EVOSCOPE_BASE_C_LOCALE_H

#include <locale.h>

/* Shared, made once, never freed. (locale_t) 0 only when the system cannot make it. */
locale_t evo_c_locale(void);

#endif
