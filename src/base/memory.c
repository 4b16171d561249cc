/*
 * The memory of small things, which is always had: where there is none the program ends. large.c
 * has that of large ones.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evoscope/base.h"

static void (*_Atomic at_end)(void);
static atomic_flag ending = ATOMIC_FLAG_INIT;

void evo_memory_at_end(void (*call)(void))
{
	at_end = call;
}

/* Calls nothing that takes memory, and no handlers of exit(), for other threads go on meanwhile. */
_Noreturn void evo_memory_ends(size_t count, size_t size)
{
	char line[96];
	int length = snprintf(line, sizeof(line), "evoscope: out of memory (%zu x %zu bytes)\n",
	                      count, size);
	void (*call)(void) = at_end;

	while (atomic_flag_test_and_set(&ending))
		pause(); /* another thread is at it */
	if (call != NULL)
		call();
	for (ssize_t at = 0, wrote = 1; at < length && wrote > 0; at += wrote)
		wrote = write(STDERR_FILENO, line + at, (size_t) (length - at));
	_exit(EXIT_FAILURE);
}

void *evo_malloc(size_t size)
{
	void *memory = malloc(size > 0 ? size : 1);

	if (memory == NULL)
		evo_memory_ends(1, size);
	return memory;
}

void *evo_calloc(size_t count, size_t size)
{
	bool empty = count == 0 || size == 0;
	void *memory = calloc(empty ? 1 : count, empty ? 1 : size);

	if (memory == NULL)
		evo_memory_ends(count, size);
	return memory;
}

void *evo_realloc(void *memory, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		evo_memory_ends(count, size);
	size_t bytes = count * size;
	void *moved = realloc(memory, bytes > 0 ? bytes : 1);

	if (moved == NULL)
		evo_memory_ends(count, size);
	return moved;
}

void *evo_grown(void *memory, size_t *room, size_t count, size_t size)
{
	if (count <= *room)
		return memory;
	*room = count;
	return evo_realloc(memory, count, size);
}

void *evo_grown_by_one(void *memory, size_t *room, size_t count, size_t size)
{
	return count < *room ? memory : evo_grown(memory, room, count < 32 ? 64 : 2 * count, size);
}

char *evo_strdup(const char *text)
{
	return evo_strndup(text, strlen(text));
}

char *evo_strndup(const char *text, size_t length)
{
	size_t held = strnlen(text, length);
	char *copy = evo_malloc(held + 1);

	memcpy(copy, text, held);
	copy[held] = '\0';
	return copy;
}

char *evo_vformat(const char *format, va_list arguments)
{
	va_list again;

	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return evo_strdup("");
	char *text = evo_malloc((size_t) length + 1);
	vsnprintf(text, (size_t) length + 1, format, arguments);
	return text;
}

char *evo_format(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = evo_vformat(format, arguments);
	va_end(arguments);
	return text;
}
