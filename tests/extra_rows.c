/*
 * The code of the classic proxy that a test adds to the list of them: it gives 0 for all networks.
 */
#include "config.h"

#include "../src/classic/classic.h"

static double run(const struct evo_classic *classic, char *work)
{
	(void) classic;
	(void) work;
	return 0;
}

const struct classic_row evo_classic_of_a_test = {
        .help = "of a test", .source = "a test", .reads = CLASSIC_NOTHING, .run = run};
