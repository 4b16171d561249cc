/*
 * The tables of commands and options. The parser, the help and the manual page are made from them.
 */
#include "config.h"

#include "evoscope/bench_manifest.h"
#include "cli.h"

/* ---- Commands -------------------------------------------------------------------------------- */

static const struct cli_command commands[CLI_COMMANDS] = {
        [CLI_EXPLORER] =
                {"", "", 0, 0, false, "watch a search live, stop it, change it by hand",
                 "On a terminal this opens the explorer; keys and mouse are explained by ? "
                 "in it. Without a terminal it is `evoscope evolve`."},
        [CLI_EVOLVE] = {"evolve", "", 0, 0, false, "search for a proxy, without a screen",
                        "Progress goes to standard error. The result goes to standard output: the "
                        "best expression, and for every benchmark its Kendall tau with accuracy on "
                        "train and validation networks, beside those of units, params and eznas-a "
                        "on the same networks."},
        [CLI_SCORE] =
                {"score", "PROXY...", 1, SIZE_MAX, false,
                 "hold proxies against accuracies and print a table",
                 "A PROXY is a name (see evoscope proxies), an expression, or NAME/COLUMN of "
                 "imported scores; networks without a score in such a column are left out for all "
                 "proxies. Columns: Kendall tau with its 95 % interval over networks, "
                 "Spearman, Pearson, Kendall tau in the true top 10 %, partial Kendall tau given "
                 "the number of units and given the number of parameters, scores that are not "
                 "finite, milliseconds that a network took for all proxies together. What is "
                 "undefined is a dash, empty in CSV and null in JSON: measures of a score that is "
                 "the same for all networks or of equal accuracies, those of the top 10 % where "
                 "these are fewer than 10 networks, an interval of fewer than 10, a partial tau "
                 "given what orders the networks alike, and a mean of which one part is. With more "
                 "than one seed there is Kendall's "
                 "standard deviation over them, and all other numbers are means over them, the "
                 "ends of the interval too. Networks that are finished are kept as they come: "
                 "after an interruption the same command goes on where it was."},
        [CLI_SHOW] = {"show", "EXPRESSION", 1, 1, false,
                      "draw an expression as a tree and say what it needs",
                      "Other formats, to take the expression elsewhere: text is the expression "
                      "on one line; dot is a graph for Graphviz; latex is a formula for LaTeX math "
                      "with amsmath, and comments that explain its symbols; pytorch is a Python "
                      "module whose score(model, batch) computes the proxy for a model of PyTorch; "
                      "labels=CLASSES are for classic proxies that read them."},
        [CLI_PROXIES] = {"proxies", "", 0, 0, false, "list the proxies that have a name",
                         "Those that come with the program, those of your own, and imported "
                         "scores. A name can be used wherever an expression can."},
        [CLI_PROXIES_ADD] = {"proxies add", "NAME EXPRESSION", 2, 2, false,
                             "give an expression a name",
                             "It is kept in proxies.ini in your data folder, which may be edited "
                             "by hand: a section [NAME] with a line `expression = ...` and, if you "
                             "like, `source = ...`. Names in the expression are written out."},
        [CLI_PROXIES_REMOVE] = {"proxies remove", "NAME", 1, 1, false, "forget a proxy of your own",
                                NULL},
        [CLI_PROXIES_RENAME] = {"proxies rename", "NAME NAME", 2, 2, false,
                                "give a proxy of your own another name", NULL},
        [CLI_BENCHMARKS_LIST] = {"benchmarks list", "", 0, 0, false, "list the benchmarks", NULL},
        [CLI_BENCHMARKS_SHOW] = {"benchmarks show", "NAME", 1, 1, false, "describe a benchmark",
                                 NULL},
        [CLI_BENCHMARKS_IMPORT] =
                {"benchmarks import", "FORMAT FILE", 2, 2, false,
                 "make benchmarks of a table of accuracies, or take over scores",
                 "Labels are those of the images where the networks have an output for "
                 "each of their classes, and drawn evenly where not. Or it is `scores` for scores "
                 "that were "
                 "computed elsewhere: architectures in a column architecture, ArchitectureString, "
                 "net_str or arch, and every other column of numbers becomes a proxy NAME/COLUMN, "
                 "which evoscope score takes and evoscope proxies lists. An empty field is a "
                 "missing score. Columns are parted by commas, numbers have a decimal point and "
                 "nothing between thousands. With --replace a benchmark whose accuracies cannot be "
                 "used stays what it was; that is said last, and the exit status is 3."},
        [CLI_BENCHMARKS_BUILD] = {"benchmarks build", "", 0, 0, false,
                                  "train networks here and make a benchmark of them",
                                  "What the networks learn is a task drawn by code, or images of "
                                  "yours: FILE is a .npy array (number, 3, side, side) of bytes "
                                  "from 0 to 255 or of floats, with its labels (whole numbers from "
                                  "0) in another .npy array; or a binary file of CIFAR-10 or "
                                  "CIFAR-100, which has its labels within. The side is a multiple "
                                  "of 4. FILE:FORMAT (npy, cifar10, cifar100) says what a file is, "
                                  "where that is not plain from it. Images are normalised, channel "
                                  "by channel, by mean and standard deviation of those that are "
                                  "trained on; the first 256 of these are kept in the benchmark. "
                                  "Trainings that are finished are kept as they come, whatever "
                                  "ends the program: the same command goes on where it was, and "
                                  "with --publish it makes a benchmark of what there is. "
                                  "Progress: trainings, time left, the last accuracy, the "
                                  "lowest, median and highest so far, and Kendall's tau between "
                                  "two seeds' accuracies. "
                                  "With --rows only these rows of the table are trained, counted "
                                  "from 1. Where the benchmark of that name or folder is finished, "
                                  "its own settings are taken, its accuracies stand beside the new "
                                  "ones, and the exit status is 3 when some differ (on the same "
                                  "kind of processor none should); nothing is written. Where it is "
                                  "not, the trainings are kept, so that machines can share the "
                                  "work: put their files trainings.partial behind one another in "
                                  "one of the folders, and build there without --rows."},
        [CLI_BENCHMARKS_REMOVE] = {"benchmarks remove", "[scores] NAME", 1, 2, false,
                                   "delete an imported or built benchmark, or imported scores",
                                   NULL},
        [CLI_RUNS_LIST] =
                {"runs list", "", 0, 0, false, "list the searches that are stored",
                 "Every search is stored, generation by generation, in an SQLite file; "
                 "the one that changed last comes first. `interrupted` is a search whose "
                 "program is gone: evoscope evolve --resume RUN goes on with it. That of another "
                 "host is taken for gone when it gave no sign of life for 3 minutes."},
        [CLI_RUNS_SHOW] = {"runs show", "RUN", 1, 1, false, "tell what a stored search has found",
                           "Its best expression, every generation, and the best of every size."},
        [CLI_RUNS_EXPORT] = {"runs export", "RUN", 1, 1, false, "write a stored search as CSV",
                             NULL},
        [CLI_RUNS_COPY] = {"runs copy", "FILE", 1, 1, false, "copy all stored searches to a file",
                           "Also while searches are going on. A plain copy of the file alone has "
                           "every generation that was complete, unless it is made in the very "
                           "moment in which one is stored."},
        [CLI_RUNS_DELETE] = {"runs delete", "RUN...", 1, SIZE_MAX, false, "forget stored searches",
                             NULL},
        [CLI_PROFILE] =
                {"profile", "", 0, 0, false, "tell where the engine's time goes on this machine",
                 "One thread extracts the statistics of the data pass, forward and backward, of "
                 "some networks of a benchmark. Beside each kind of work stand its GFLOP/s and its "
                 "share of what sgemm reaches on this machine, its GB/s (each tensor counted once) "
                 "and its share of what copying memory reaches, all measured in this run."},
        [CLI_HELP] = {"help", "[COMMAND]", 0, 2, false, "explain a command", NULL},
        [CLI_MANUAL] = {"man", "", 0, 0, true, "print the source of the manual page", NULL},
};

const struct cli_command *cli_command(enum cli_command_id id)
{
	return &commands[id];
}

/* ---- Options --------------------------------------------------------------------------------- */

#define AT(field)   offsetof(struct cli_options, field)
#define ON(command) (1u << CLI_##command)
#define EVERY       ((1u << CLI_COMMANDS) - 1)
#define SEARCH      (ON(EXPLORER) | ON(EVOLVE))
#define SCORING     (SEARCH | ON(SCORE))
#define PROBING     (SCORING | ON(PROFILE))
#define KEPT        (ON(RUNS_COPY) | ON(RUNS_DELETE))
#define STORED      (ON(RUNS_LIST) | ON(RUNS_SHOW) | ON(RUNS_EXPORT) | KEPT)
#define WORKING     (SCORING | ON(BENCHMARKS_BUILD))

static const struct cli_option options[] = {
        /* The explorer. */
        {"start", 0, NULL, CLI_FLAG, AT(start), 0, 0, NULL, ON(EXPLORER), NULL,
         "begin the search at once"},
        {"watch", 0, "RUN", CLI_TEXT, AT(watch), 0, 0, NULL, ON(EXPLORER), NULL,
         "look at a stored search that another program drives"},
        {"plain", 0, NULL, CLI_FLAG, AT(plain), 0, 0, NULL, ON(EXPLORER), NULL,
         "lines of words in place of a screen, for screen readers"},
        {"ascii", 0, NULL, CLI_FLAG, AT(ascii), 0, 0, NULL, ON(EXPLORER), NULL,
         "draw with ASCII characters only"},
        {"theme", 0, "NAME", CLI_TEXT, AT(theme), 0, 0, NULL, ON(EXPLORER), "dark", "colours"},
        {"no-mouse", 0, NULL, CLI_FLAG, AT(no_mouse), 0, 0, NULL, ON(EXPLORER), NULL,
         "leave the mouse to the terminal"},
        {"script", 0, "FILE", CLI_TEXT, AT(script), 0, 0, NULL, ON(EXPLORER), NULL,
         "keys and commands to run first"},
        {"fixed-clock", 0, NULL, CLI_FLAG, AT(fixed_clock), 0, 0, NULL, ON(EXPLORER), NULL,
         "show nothing that depends on the time, for saved screens"},

        /* What is scored, and on what. */
        {"benchmark", 'b', "NAME", CLI_LIST, AT(benchmarks), 0, 0, NULL, SCORING,
         EVO_DEFAULT_BENCHMARK,
         "benchmark to use; may be repeated; `all` is every one (a search takes 64 at most)"},
        {"benchmark", 'b', "NAME", CLI_LIST, AT(benchmarks), 0, 0, NULL, ON(PROFILE),
         EVO_DEFAULT_BENCHMARK, "benchmark whose networks are run"},
        {"networks", 'n', "N", CLI_SETTING, AT(settings), 0, 0, "train", SEARCH, "the preset's",
         "train networks of each benchmark"},
        {"validation", 0, "N", CLI_SETTING, AT(settings), 0, 0, "validation", SEARCH,
         "the preset's", "validation networks of each benchmark"},
        {"networks", 'n', "N", CLI_COUNT_OR_ALL, AT(networks), 2, EVO_ALL_NETWORKS, NULL, ON(SCORE),
         "300", "networks of each benchmark, or `all`"},
        {"networks", 'n', "N", CLI_COUNT, AT(networks), 1, EVO_ALL_NETWORKS, NULL, ON(PROFILE),
         "20", "networks to run"},
        {"split", 0, "POOL", CLI_CHOICE, AT(split), 0, 0, "train|validation|test|all", ON(SCORE),
         "all", "networks to draw from: train, validation, test or all"},
        {"seed", 's', "N", CLI_SEED, AT(seed), 0, 0, NULL, SCORING | ON(PROFILE), "1",
         "seed of every random draw: same seed, same result"},
        {"seed", 's', "N", CLI_SEED, AT(seed), 0, EVO_BUILD_SEED_MAX, NULL, ON(BENCHMARKS_BUILD),
         "1", "seed of every random draw: same seed, same result"},
        {"threads", 'j', "N", CLI_COUNT, AT(threads), 1, 1024, NULL, WORKING,
         "the processors that may be used, or fewer for ulimit -v", "networks worked on at a time"},
        {"memory", 0, "SIZE", CLI_BYTES, AT(memory), 1 << 20, 0, NULL, PROBING,
         "half of what may be used", "memory for statistics, such as 4G"},
        {"channels", 0, "C", CLI_COUNT, AT(probe.channels), 1, EVO_CHANNELS_MAX, NULL, PROBING,
         "the benchmark's", "width of the networks"},
        {"channels", 0, "C", CLI_COUNT, AT(probe.channels), 1, EVO_CHANNELS_MAX, NULL,
         ON(BENCHMARKS_BUILD), "8", "width of the networks"},
        {"cells", 0, "N", CLI_COUNT, AT(probe.cells), 1, EVO_CELLS_MAX, NULL, PROBING,
         "the benchmark's", "cells in each stage of the networks"},
        {"cells", 0, "N", CLI_COUNT, AT(probe.cells), 1, EVO_CELLS_MAX, NULL, ON(BENCHMARKS_BUILD),
         "1", "cells in each stage of the networks"},
        {"batch", 0, "B", CLI_COUNT, AT(probe.batch), 1, EVO_BATCH_MAX, NULL, PROBING,
         "the benchmark's", "images in the mini-batch"},
        {"batch", 0, "B", CLI_COUNT, AT(train_batch), 1, EVO_BATCH_MAX, NULL, ON(BENCHMARKS_BUILD),
         "64", "images in a step of training"},
        {"image", 0, "SIDE", CLI_COUNT, AT(probe.side), 4, EVO_SIDE_MAX, NULL, PROBING,
         "the benchmark's", "height and width of the images"},
        {"image", 0, "SIDE", CLI_COUNT, AT(probe.side), 4, EVO_SIDE_MAX, NULL, ON(BENCHMARKS_BUILD),
         "the images' own", "height and width to bring the images to, by halving them"},
        {"classes", 0, "K", CLI_COUNT, AT(probe.classes), 1, EVO_CLASSES_MAX, NULL, PROBING,
         "the benchmark's",
         "outputs of the networks; images of more classes have labels drawn for them"},
        {"probe", 0, "NAME", CLI_TEXT, AT(probe.probe_of), 0, 0, NULL, PROBING, NULL,
         "use that benchmark's outputs, sizes and images for all, so that each network is run "
         "once: right where one score is held against several datasets, not where each is to "
         "have its own outputs and labels"},

        /* The search. */
        {"preset", 0, "NAME", CLI_TEXT, AT(preset), 0, 0, NULL, SEARCH, "default",
         "settings to begin with"},
        {"population", 0, "N", CLI_SETTING, AT(settings), 0, 0, "population", SEARCH,
         "the preset's", "individuals that survive a generation"},
        {"generations", 'g', "N", CLI_SETTING, AT(settings), 0, 0, "generations", SEARCH,
         "the preset's", "generations to run"},
        {"set", 0, "KEY=VALUE", CLI_PAIR, AT(settings), 0, 0, NULL, SEARCH, NULL,
         "change a setting of the search; may be repeated"},
        {"time", 0, "DURATION", CLI_SECONDS, AT(seconds), 0.01, 1e9, NULL, SEARCH, "no limit",
         "stop after so long, such as 90s or 30m"},
        {"target", 0, "TAU", CLI_REAL, AT(target), -1, 1, NULL, SEARCH, "none",
         "stop when the best fitness reaches it"},
        {"inject", 0, "EXPRESSION", CLI_LIST, AT(injected), 0, 0, NULL, SEARCH, NULL,
         "put into the first generation; may be repeated"},
        {"inject-from", 0, "RUN", CLI_LIST, AT(inject_from), 0, 0, NULL, SEARCH, NULL,
         "put the best of every size of a stored search into the first generation"},
        {"carry", 0, "RUN", CLI_LIST, AT(carry), 0, 0, NULL, SEARCH, NULL,
         "begin with the population of a stored search, and the parts of its trees, such as to "
         "go on at another size; may be repeated"},
        {"final-test", 0, NULL, CLI_FLAG, AT(final_test), 0, 0, NULL, ON(EVOLVE), NULL,
         "in the end score the best on the networks of the test pool, too"},
        {"csv-dir", 0, "DIR", CLI_TEXT, AT(csv_folder), 0, 0, NULL, SEARCH, NULL,
         "keep generations.csv, population.csv and front.csv there"},
        {"csv-dir", 0, "DIR", CLI_TEXT, AT(csv_folder), 0, 0, NULL, ON(RUNS_EXPORT), NULL,
         "write generations.csv, population.csv and front.csv there"},
        {"name", 0, "NAME", CLI_TEXT, AT(name), 0, 0, NULL, SEARCH, "PRESET-SEED",
         "of the search among those that are stored, at most 64 characters; one that another "
         "search has is refused"},
        {"resume", 0, "RUN", CLI_TEXT, AT(resume), 0, 0, NULL, SEARCH, NULL,
         "go on with a stored search, as if it had not been interrupted"},
        {"take-over", 0, NULL, CLI_FLAG, AT(take_over), 0, 0, NULL, SEARCH | ON(RUNS_DELETE), NULL,
         "take the search from whatever program has it, which stops then"},
        {"store", 0, "FILE", CLI_TEXT, AT(runs_file), 0, 0, NULL, SEARCH | STORED,
         "runs.db in the user's data folder", "where searches are stored"},
        {"no-store", 0, NULL, CLI_FLAG, AT(no_store), 0, 0, NULL, SEARCH, NULL,
         "do not store the search"},

        /* The other commands. */
        {"repeats", 'r', "N", CLI_COUNT, AT(repeats), 1, 1000, NULL, ON(SCORE), "1",
         "score with so many seeds, from --seed on, on the networks of the first"},
        {"json", 0, NULL, CLI_FLAG, AT(json), 0, 0, NULL, ON(SCORE), NULL,
         "print a JSON object a line in place of the table"},
        {"json", 0, NULL, CLI_FLAG, AT(json), 0, 0, NULL, ON(EVOLVE), NULL,
         "print a JSON object for every generation as it comes, and one in the end"},
        {"format", 0, "FORMAT", CLI_CHOICE, AT(format), 0, 0, "tree|text|dot|latex|pytorch",
         ON(SHOW), "tree", "what to write: tree, text, dot, latex or pytorch"},
        {"sheet", 0, "FILE", CLI_TEXT, AT(sheet_file), 0, 0, NULL, ON(BENCHMARKS_SHOW), NULL,
         "write a contact sheet of the images there as PPM, a line a class"},
        {"csv", 0, "FILE", CLI_TEXT, AT(table_file), 0, 0, NULL, ON(SCORE), NULL,
         "write the table there as CSV, too"},
        {"scores", 0, "FILE", CLI_TEXT, AT(scores_file), 0, 0, NULL, ON(SCORE), NULL,
         "write one row a network there as CSV, and with --repeats one a seed"},
        {"images", 0, "FORMAT:FILE", CLI_TEXT, AT(images), 0, 0, NULL, ON(BENCHMARKS_IMPORT),
         "noise",
         "images to score with, cifar10:FILE or cifar100:FILE in their binary layout; all "
         "datasets get them, and where they are another's that is said"},
        {"name", 0, "PREFIX", CLI_TEXT, AT(name), 0, 0, NULL, ON(BENCHMARKS_IMPORT),
         "nb201; for scores the file's name",
         "what the benchmarks' names begin with, or the name of the scores"},
        {"replace", 0, NULL, CLI_FLAG, AT(replace), 0, 0, NULL, ON(BENCHMARKS_IMPORT), NULL,
         "overwrite benchmarks, or scores, of the same names"},
        {"source", 0, "TEXT", CLI_TEXT, AT(source), 0, 0, NULL, ON(PROXIES_ADD), NULL,
         "where it is from"},
        {"name", 0, "NAME", CLI_TEXT, AT(name), 0, 0, NULL, ON(BENCHMARKS_BUILD),
         "my-TASK; with --rows tiny201-TASK", "name of the benchmark"},
        {"task", 0, "NAME", CLI_TEXT, AT(task), 0, 0, NULL, ON(BENCHMARKS_BUILD), "shapes",
         "what the networks learn, drawn by code"},
        {"images", 0, "FILE", CLI_LIST, AT(train_files), 0, 0, NULL, ON(BENCHMARKS_BUILD), NULL,
         "images to train on, in place of a task; may be repeated"},
        {"labels", 0, "FILE", CLI_LIST, AT(train_labels), 0, 0, NULL, ON(BENCHMARKS_BUILD), NULL,
         "their labels: one file for each .npy file of images, in the same order"},
        {"test", 0, "FILE", CLI_LIST, AT(test_files), 0, 0, NULL, ON(BENCHMARKS_BUILD), NULL,
         "images to test on; may be repeated"},
        {"test-labels", 0, "FILE", CLI_LIST, AT(test_labels), 0, 0, NULL, ON(BENCHMARKS_BUILD),
         NULL, "their labels"},
        {"networks", 'n', "N", CLI_COUNT, AT(architectures), 2, EVO_BUILD_NETWORKS_MAX, NULL,
         ON(BENCHMARKS_BUILD), "400", "architectures to train, no two of them the same function"},
        {"seeds", 0, "N", CLI_COUNT, AT(seeds), 1, EVO_BUILD_SEEDS_MAX, NULL, ON(BENCHMARKS_BUILD),
         "2", "trainings of each"},
        {"epochs", 0, "N", CLI_COUNT, AT(epochs), 1, EVO_BUILD_EPOCHS_MAX, NULL,
         ON(BENCHMARKS_BUILD), "10", "epochs of a training"},
        {"rate", 0, "R", CLI_REAL, AT(rate), 1e-9, EVO_BUILD_RATE_MAX, NULL, ON(BENCHMARKS_BUILD),
         "0.2", "learning rate at the beginning"},
        {"flip", 0, NULL, CLI_FLAG, AT(flip), 0, 0, NULL, ON(BENCHMARKS_BUILD), NULL,
         "mirror images in training, at random"},
        {"shift", 0, "N", CLI_COUNT, AT(shift), 0, EVO_BUILD_SHIFT_MAX, NULL, ON(BENCHMARKS_BUILD),
         "0", "move images by up to so many pixels in training"},
        {"train-images", 0, "N", CLI_COUNT, AT(train_images), 1, EVO_BUILD_IMAGES_MAX, NULL,
         ON(BENCHMARKS_BUILD), "4000; of files all", "images to train on"},
        {"test-images", 0, "N", CLI_COUNT, AT(test_images), 1, EVO_BUILD_IMAGES_MAX, NULL,
         ON(BENCHMARKS_BUILD), "2000; of files all", "images to test on"},
        {"folder", 0, "DIR", CLI_TEXT, AT(folder), 0, 0, NULL, ON(BENCHMARKS_BUILD),
         "the user's data folder", "where to write the benchmark"},
        {"rows", 0, "A-B", CLI_RANGE, AT(rows), 1, EVO_BUILD_NETWORKS_MAX, NULL,
         ON(BENCHMARKS_BUILD), "all", "train these rows alone, or train them again and compare"},
        {"publish", 0, NULL, CLI_FLAG, AT(publish), 0, 0, NULL, ON(BENCHMARKS_BUILD), NULL,
         "train nothing; make a benchmark of the networks that are finished"},

        /* All. */
        {"quiet", 'q', NULL, CLI_FLAG, AT(quiet), 0, 0, NULL, WORKING, NULL,
         "no progress on standard error"},
        {"progress", 0, "WHEN", CLI_CHOICE, AT(progress), 0, 0, "auto|always|never", WORKING,
         "auto",
         "auto: a line drawn over itself on a terminal, elsewhere one now and then; always: a line "
         "for every step; never"},
        {"help", 'h', NULL, CLI_FLAG, AT(help), 0, 0, NULL, EVERY, NULL,
         "print this help and exit"},
        {"version", 'V', NULL, CLI_FLAG, AT(version), 0, 0, NULL, EVERY, NULL,
         "print the version and exit"},
};

size_t cli_option_count(void)
{
	return EVO_COUNT(options);
}

const struct cli_option *cli_option_at(size_t index)
{
	return &options[index];
}
