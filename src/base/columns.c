/*
 * Columns of a table that share the width of a page. Where they have no room together, those that
 * matter least are left out, and of the others the widest are made narrower.
 */
#include "config.h"

#include "evoscope/base.h"

/* What the columns take that are not left out: as they are, or at the least. */
static size_t total(const struct evo_column *columns, size_t count, bool least)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		if (!columns[i].left_out)
			sum += columns[i].gap + (least ? columns[i].least : columns[i].width);
	return sum;
}

/* The one that matters least; count where all that are left have to stay. */
static size_t least_of(const struct evo_column *columns, size_t count)
{
	size_t least = count;

	for (size_t i = 0; i < count; i++)
		if (!columns[i].left_out && columns[i].priority > 0 &&
		    (least == count || columns[i].priority < columns[least].priority))
			least = i;
	return least;
}

/* The widest that may become narrower, or count. */
static size_t widest_of(const struct evo_column *columns, size_t count)
{
	size_t widest = count;

	for (size_t i = 0; i < count; i++)
		if (!columns[i].left_out && columns[i].width > columns[i].least &&
		    (widest == count || columns[i].width > columns[widest].width))
			widest = i;
	return widest;
}

void evo_columns_fit(struct evo_column *list, size_t count, size_t room)
{
	size_t at;

	while (total(list, count, true) > room && (at = least_of(list, count)) < count)
		list[at].left_out = true;
	for (size_t sum = total(list, count, false); sum > room; sum--) {
		if ((at = widest_of(list, count)) == count)
			return;
		list[at].width--;
	}
}
