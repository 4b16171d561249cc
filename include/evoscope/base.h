/*
 * base: what every other room stands on.
 *
 * Errors, memory, text, numbers, random streams, clock, the machine, threads and files. Nothing in
 * here knows what a network or an expression is.
 */
#ifndef EVOSCOPE_BASE_H
#define EVOSCOPE_BASE_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__GNUC__)
#define EVO_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define EVO_PRINTF(text, first)
#endif

#define EVO_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * A function of plain loops that is compiled for AVX-512, AVX2 and the baseline, and chosen when
 * the program starts. Use it only where the compiler may not change a result between them: sums
 * are written with a fixed number of lanes, and the build says -ffp-contract=off. Names of such
 * functions must be unique in the program: clang gives even static ones a global resolver.
 */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(EVO_SANITIZED)
#define EVO_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EVO_CLONES
#endif

/* ---- Errors -------------------------------------------------------------------------------- */

enum evo_code {
	EVO_OK = 0,
	EVO_E_USAGE,     /* what was asked for makes no sense (exit status 2) */
	EVO_E_INPUT,     /* a file, expression, string or setting is wrong */
	EVO_E_IO,        /* the system refused: open, read, write, rename */
	EVO_E_MEMORY,    /* a large buffer could not be had, or a memory budget is too small */
	EVO_E_NOT_FOUND, /* no such name */
	EVO_E_CANCELLED, /* stopped on request */
};

/*
 * One failure: a code, one line that says what is wrong and what to do, and where. A function
 * that can fail takes `struct evo_error *err` last; err may be NULL. The first failure wins:
 * an error that is already set is never overwritten.
 */
struct evo_error {
	enum evo_code code;
	char message[480];
	char file[256]; /* "" when there is none */
	size_t line;    /* from 1; 0 when there is none */
	size_t column;  /* from 1; 0 when there is none */
};

/* Sets err (unless NULL or already set) and returns false, so that `return evo_fail(...)` works. */
bool evo_fail(struct evo_error *err, enum evo_code code, const char *format, ...) EVO_PRINTF(3, 4);

/* As evo_fail, with the place. file may be NULL; line and column 0 when they do not apply. */
bool evo_fail_at(struct evo_error *err, enum evo_code code, const char *file, size_t line,
                 size_t column, const char *format, ...) EVO_PRINTF(6, 7);

/*
 * As evo_fail_at, of a file that something could not be done with: "cannot DOING: ...", where doing
 * is "read", "write" or the like and why an errno. Which limit was met is said, and how to raise
 * it.
 */
bool evo_fail_file(struct evo_error *err, const char *file, const char *doing, int why);

/* Forgets what err holds. */
void evo_error_clear(struct evo_error *err);

/* "FILE:LINE:COLUMN: message" with the parts that are set, NUL-terminated, at most size bytes. */
void evo_error_text(const struct evo_error *err, char *out, size_t size);

/* ---- Memory -------------------------------------------------------------------------------- */

/*
 * Bookkeeping memory. These never return NULL: when the system has none left, one line goes to
 * standard error and the process ends with status 1, at once. Large buffers (statistics,
 * activations, images, tables) are not taken from here but from evo_big_alloc or an arena, and
 * their failure is an error.
 */
void *evo_malloc(size_t size);
/* What is called before that line, on whichever thread it is, such as to put a terminal back: it
   takes no memory. NULL: nothing. */
void evo_memory_at_end(void (*call)(void));
/* Ends the program as they do, where a library has had none for `count` things of `size` bytes. */
_Noreturn void evo_memory_ends(size_t count, size_t size);
void *evo_calloc(size_t count, size_t size);
void *evo_realloc(void *memory, size_t count, size_t size);
/* Room for `count` at least, which *room tells; moves nothing where there is enough. */
void *evo_grown(void *memory, size_t *room, size_t count, size_t size);
/* Room for one more than `count`: doubles where there is none. */
void *evo_grown_by_one(void *memory, size_t *room, size_t count, size_t size);
char *evo_strdup(const char *text);
char *evo_strndup(const char *text, size_t length);
char *evo_format(const char *format, ...) EVO_PRINTF(1, 2); /* caller frees */
char *evo_vformat(const char *format, va_list arguments) EVO_PRINTF(1, 0);

/* Large, 64-byte aligned, not cleared; NULL with err set when it cannot be had. Free with
   free(). */
void *evo_big_alloc(size_t bytes, const char *what, struct evo_error *err);
/* Says that so many bytes cannot be had for it, and to which limit that is due; false. */
bool evo_fail_memory(struct evo_error *err, const char *what, size_t bytes);

/* Memory that dies together. Blocks are 64-byte aligned. */
struct evo_arena {
	struct evo_arena_block *first, *current;
	size_t used, peak;
};
void evo_arena_init(struct evo_arena *arena);
void *evo_arena_alloc(struct evo_arena *arena, size_t bytes, struct evo_error *err);
void evo_arena_reset(struct evo_arena *arena); /* forgets what is in it, keeps the memory */
void evo_arena_clear(struct evo_arena *arena); /* gives the memory back */

/* ---- Text and numbers ---------------------------------------------------------------------- */

/* A growing, always NUL-terminated string, of at most EVO_TEXT_MAX bytes; what is beyond is
   lost. */
#define EVO_TEXT_MAX ((size_t) 64 << 20)
struct evo_text {
	char *data; /* "" while empty, never NULL after init */
	size_t length, capacity;
};
void evo_text_init(struct evo_text *text);
void evo_text_clear(struct evo_text *text); /* frees; the text may be used again after init */
void evo_text_reset(struct evo_text *text); /* empties, keeps the memory */
void evo_text_append(struct evo_text *text, const char *string);
void evo_text_append_n(struct evo_text *text, const char *bytes, size_t length);
void evo_text_printf(struct evo_text *text, const char *format, ...) EVO_PRINTF(2, 3);
void evo_text_vprintf(struct evo_text *text, const char *format, va_list arguments)
        EVO_PRINTF(2, 0);
void evo_text_number(struct evo_text *text, double number);

/*
 * The shortest decimal text that reads back as the same double ("0.1", "1e-05", "nan", "inf",
 * "-inf"), whatever the locale. out holds at least EVO_NUMBER_SIZE bytes. Returns the length.
 */
#define EVO_NUMBER_SIZE 32
size_t evo_number_format(double number, char *out);

/* Reads a whole string as a number in the C locale. No surrounding space, no hexadecimal. */
bool evo_number_parse(const char *text, double *number, struct evo_error *err);
bool evo_integer_parse(const char *text, int64_t min, int64_t max, int64_t *value,
                       struct evo_error *err);
/* "512M", "4G", "1.5G", "100000": bytes. */
bool evo_size_parse(const char *text, size_t *bytes, struct evo_error *err);
/* "90", "90s", "30m", "1.5h": seconds. */
bool evo_duration_parse(const char *text, double *seconds, struct evo_error *err);

/* ---- Text as it is shown ------------------------------------------------------------------- */

/* The next character of UTF-8 text; advances it. A byte that begins none is read as U+FFFD, and
   passed over alone. */
#define EVO_NO_CHARACTER 0xfffdu
uint32_t evo_utf8_next(const char **text);
/* Writes the UTF-8 of a character, NUL-terminated. Returns its length. */
size_t evo_utf8_put(uint32_t code, char out[5]);

/*
 * What is in a file, a name or an argument may hold anything, and a terminal obeys control
 * characters. Whatever is printed or drawn for a person is made harmless on its way out; what is
 * stored, and what programs read (CSV, JSON), stays as it is. A byte below 0x20, 0x7f and each byte
 * that is no UTF-8 (overlong forms and surrogates are none) becomes \xHH, a control character from
 * 0x80 on and a character of format (bidirectional controls, zero-width and line separators, tags)
 * \uHHHH or \UHHHHHHHH, and so does every character beyond ASCII where utf8 is false, which is for
 * terminals of other encodings. A backslash stays one: making text harmless twice changes nothing.
 */
bool evo_harmless(uint32_t code); /* may a terminal of UTF-8 be sent the character as it is? */
/* The next character made harmless, NUL-terminated; advances text. Returns its length. */
#define EVO_HARMLESS_SIZE 12
size_t evo_harmless_next(const char **text, bool utf8, char out[EVO_HARMLESS_SIZE]);
/* Appends all of a text, which becomes one line. */
void evo_text_harmless(struct evo_text *out, const char *text, bool utf8);

/* Columns that a harmless character takes on a terminal: 2 for a wide one, 0 for one that joins the
   character before it, 1 where the locale does not know. */
int evo_character_columns(uint32_t code);
/* Of harmless text; and bytes of what of it fits into so many columns, *used of which it takes. */
size_t evo_text_columns(const char *text);
size_t evo_text_fit(const char *text, size_t room, size_t *used);

/* A column of a table, in columns of the page. */
struct evo_column {
	size_t gap;          /* that are blank before it */
	size_t width, least; /* that it takes, and at the least: it is made narrower, but no more */
	unsigned priority;   /* those with the lowest are left out first; 0: it stays */
	bool left_out;
};
/* Fits columns into so much room: leaves out as few as it can, then makes the widest narrower. What
   stays in any case may still be too wide. */
void evo_columns_fit(struct evo_column *list, size_t count, size_t room);

/* ---- Hash tables --------------------------------------------------------------------------- */

/*
 * Things numbered from 0 in the order they are added, found by their hashes. They are kept by the
 * caller, whose function says whether the thing of a number is the one that the context describes.
 */
struct evo_map_slot {
	uint64_t hash;
	size_t after; /* number + 1; 0: the slot is free */
};
struct evo_map { /* empty when it is all zero */
	struct evo_map_slot *slots;
	size_t slot_count; /* a power of two */
	size_t count;      /* things */
};
typedef bool evo_map_same(const void *context, size_t number);
void evo_map_clear(struct evo_map *map);
/* The thing's number, or map->count when it is not there. */
size_t evo_map_find(const struct evo_map *map, uint64_t hash, evo_map_same *same,
                    const void *context);
/* Adds a thing that is not there. Returns its number. */
size_t evo_map_add(struct evo_map *map, uint64_t hash);

/* Texts numbered from 0 by first appearance: architectures to rows, names to what has them. */
struct evo_index {
	struct evo_map map;
	char **texts; /* by number; the caller keeps them alive */
	size_t count, room;
};

void evo_index_init(struct evo_index *index);
void evo_index_clear(struct evo_index *index);

/* The number of a text, or index->count when it is not there. */
size_t evo_index_find(const struct evo_index *index, const char *text);

/* The number of a text, which is added when it is not there. */
size_t evo_index_add(struct evo_index *index, char *text, bool *added);

/* ---- Words --------------------------------------------------------------------------------- */

/* Edit distance (insert, delete, replace, swap of neighbours), to name the nearest known word. */
size_t evo_edit_distance(const char *a, const char *b);
/* Index of the nearest of count names, or count when none is near enough to be what was meant. */
size_t evo_nearest(const char *word, const char *const *names, size_t count);
/* How a message goes on after a word that is not known: "did you mean 'NAME'?", which names the
   nearest and is written to out, or `otherwise` where no name is near enough. */
#define EVO_ADVICE_SIZE 256
const char *evo_did_you_mean(const char *word, const char *const *names, size_t count,
                             const char *otherwise, char out[EVO_ADVICE_SIZE]);

/* ---- Random numbers ------------------------------------------------------------------------ */

/*
 * Counter-based streams (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011). A stream is named by (seed, purpose, index): the same name gives the same
 * numbers whatever else was drawn, on any thread.
 */
struct evo_rng {
	uint32_t key[2];
	uint64_t counter, stream;
	uint32_t block[4];
	unsigned used;  /* words of block already handed out */
	bool has_spare; /* the second number of a Box-Muller pair */
	double spare;
};
struct evo_rng evo_rng_stream(uint64_t seed, const char *purpose, uint64_t index);
uint64_t evo_rng_u64(struct evo_rng *rng);
double evo_rng_uniform(struct evo_rng *rng);             /* in [0, 1) */
size_t evo_rng_below(struct evo_rng *rng, size_t bound); /* in [0, bound), unbiased; bound > 0 */
double evo_rng_normal(struct evo_rng *rng);              /* mean 0, variance 1 */
/*
 * Fills out with normal deviates of mean 0, by the million (some nanosecond each; absolute error
 * below 2e-6 deviations; at most 6.7 deviations from 0). They begin at the stream's next whole
 * block and take ceil(count / 4) blocks, so the first numbers are the same however many are asked
 * for. The spare of evo_rng_normal is neither used nor changed. Every machine gives the same bits.
 */
void evo_rng_normals(struct evo_rng *rng, float *out, size_t count, double deviation);
void evo_rng_shuffle(struct evo_rng *rng, size_t *items, size_t count);

/* FNV-1a with a final mix: for names, never for security. */
uint64_t evo_hash(const void *bytes, size_t length, uint64_t seed);
uint64_t evo_hash_text(const char *text);

/* ---- Clock and machine --------------------------------------------------------------------- */

double evo_now(void); /* monotonic seconds */
/* The day of the calendar, in UTC: "2024-05-01". Caller frees. */
char *evo_today(void);

/* What this process may use (affinity, cgroup v1 and v2 quotas and limits, rlimits), not what the
   machine has. */
unsigned evo_cores(void); /* at least 1 */
/* Bytes; 0 when unknown. Where its address space is limited no more than is left of that. */
size_t evo_memory(void);
/* The address space that this process may take, and has taken, in bytes; false: any. */
bool evo_address_space(size_t *limit, size_t *taken);
/* The processor's name as the system gives it, for records of how a number came about. */
const char *evo_processor(void);

/* ---- Threads ------------------------------------------------------------------------------- */

/*
 * Starts a thread that gets none of the signals that are sent to the process: those are the main
 * thread's. Every thread of the program is started by this. Join it with pthread_join.
 */
bool evo_thread_start(pthread_t *thread, void *(*body)(void *), void *context,
                      struct evo_error *err);

/*
 * A pool of workers that does jobs of `count` tasks each, one index at a time. A worker always
 * takes the next index of the oldest job of the highest priority, so what a person waits for goes
 * before the search without either starving the other's finished work.
 */
enum evo_priority {
	EVO_PRIORITY_SEARCH,
	EVO_PRIORITY_PERSON
};
#define EVO_PRIORITIES 2

struct evo_pool;
struct evo_job;
/* worker is below evo_pool_threads: scratch memory can be kept by worker. A task may submit and
   cancel jobs, but not wait for one: with every worker waiting none would be left to work. */
typedef void (*evo_task)(void *context, size_t index, unsigned worker);

struct evo_pool *evo_pool_create(unsigned threads, struct evo_error *err);
void evo_pool_destroy(struct evo_pool *pool); /* no job may be outstanding */
unsigned evo_pool_threads(const struct evo_pool *pool);

struct evo_job *evo_pool_submit(struct evo_pool *pool, enum evo_priority priority, size_t count,
                                evo_task task, void *context);
size_t evo_job_done(struct evo_job *job); /* tasks finished */
void evo_job_cancel(struct evo_job *job); /* no further index begins */
/* Waits at most `seconds` (negative: for ever); true when every begun task has ended and none is
   left to begin. */
bool evo_job_wait(struct evo_job *job, double seconds);
void evo_job_destroy(struct evo_job *job); /* waits first */
/* Submit, wait, destroy. */
void evo_pool_run(struct evo_pool *pool, enum evo_priority priority, size_t count, evo_task task,
                  void *context);

/* A bounded queue of fixed-size items; any number of threads at either end. */
struct evo_queue;
struct evo_queue *evo_queue_create(size_t item_size, size_t capacity);
void evo_queue_destroy(struct evo_queue *queue);
bool evo_queue_push(struct evo_queue *queue, const void *item); /* false when full */
bool evo_queue_pop(struct evo_queue *queue, void *item);        /* false when empty */
/* Waits at most seconds (negative: for ever) for an item. */
bool evo_queue_wait(struct evo_queue *queue, void *item, double seconds);

/* ---- Files --------------------------------------------------------------------------------- */

/*
 * A file that is there whole or not at all: written beside its target under a temporary name,
 * flushed, and renamed by evo_file_commit. evo_file_abort (or a failed commit) removes the
 * temporary file and leaves what was there before. Both free the file. A symbolic link keeps
 * pointing where it does: the file behind it is replaced. A device, a pipe, and whatever standard
 * output or error goes to (/dev/stdout) is written in place. Writing needs no checks on the way:
 * commit reports what went wrong.
 */
struct evo_file;
struct evo_file *evo_file_create(const char *path, struct evo_error *err);
FILE *evo_file_stream(struct evo_file *file);
bool evo_file_commit(struct evo_file *file, struct evo_error *err);
void evo_file_abort(struct evo_file *file);

/*
 * A file, or a folder of this user's alone, that is there while it is written, beside what it is to
 * become: its path, which the caller frees, or NULL with errno set. The descriptor (a file's is to
 * write by) has its lock: what killed programs left in the directory is told by that, and removed
 * when something is made there. Close it when the thing is renamed or removed.
 */
char *evo_temporary_file(const char *directory, int *descriptor);
char *evo_temporary_folder(const char *directory, int *lock);
/* The lock of a folder that is to be renamed to such a name; -1: none. */
int evo_temporary_lock(const char *folder);

/* Reads a file of at most limit bytes; caller frees; a NUL follows the last byte. */
char *evo_file_read(const char *path, size_t limit, size_t *length, struct evo_error *err);
/* Bytes in a file that is open. Only plain files have a size: EVO_E_INPUT for folders, pipes and
   devices, whatever they say of themselves. */
bool evo_file_size(FILE *stream, const char *path, size_t *size, struct evo_error *err);
bool evo_make_directories(const char *path, struct evo_error *err); /* like mkdir -p */
/*
 * For changing a file that other processes, or threads, may change, too: waits until nobody else
 * has the lock of its folder, which is there. -1, for nobody's, where there are no locks.
 */
int evo_lock_folder(const char *folder);
void evo_unlock_folder(int lock);
/* Like rm -r; a link is removed, never followed. EVO_E_NOT_FOUND when there is nothing. */
bool evo_remove_tree(const char *path, struct evo_error *err);

/*
 * A journal: a file of lines that are there as soon as they are appended, so that work which was
 * stopped, or died, goes on from there. One process has it at a time. Its first line, the heading,
 * says what it is of. A line holds no line end and no NUL.
 */
struct evo_journal;
struct evo_journal_opening {
	const char *path;
	const char *heading;
	bool renew; /* empty a journal with another heading; else that is EVO_E_INPUT */
	/* Called for every line after the heading, in order; false: the line is no good, and
	   lost. */
	bool (*take)(void *context, char *line);
	void *context;

	/* What was found. */
	bool busy;       /* another process has it, which is why it was not opened */
	size_t lost;     /* lines that were no good; a last one that was torn is cut off */
	char other[256]; /* the heading where it was another one, or how it begins; else "" */
};
/* Opens it, or makes it. NULL with err set. */
struct evo_journal *evo_journal_open(struct evo_journal_opening *opening, struct evo_error *err);
bool evo_journal_append(struct evo_journal *journal, const char *line, struct evo_error *err);
/* A line that was appended outlives the process; after this, the machine's going down, too. */
bool evo_journal_sync(struct evo_journal *journal, struct evo_error *err);
void evo_journal_close(struct evo_journal *journal);  /* NULL is nothing */
void evo_journal_remove(struct evo_journal *journal); /* closes it, and removes the file */
/* Removes a journal to which nothing was added for so long, unless somebody has it. */
void evo_journal_forget(const char *path, double seconds);

/*
 * Where things live (XDG base directories; EVOSCOPE_DATA moves the user's data). Caller frees.
 * name may be NULL or "": the directory itself. Nothing is created here. evo_path_shared is what is
 * installed beside the program: themes/, presets, the embedded benchmarks. It is the first of
 * these: what EVOSCOPE_SHARED names; the source tree for a program in the tree where it was built;
 * data/ (and themes/) in the program's folder; share/evoscope beside the program's folder; the
 * folder that was configured.
 */
char *evo_path_config(const char *name);
char *evo_path_data(const char *name);
char *evo_path_state(const char *name);
char *evo_path_shared(const char *name);
/* May a file or folder of the user's data be named so? Letters, digits, - and _; a letter or digit
   first; 1 to EVO_NAME_MAX of them. */
#define EVO_NAME_MAX 64
bool evo_name_is_plain(const char *name);
/* The folders that were looked at for what is shared, in words for a message. */
char *evo_path_shared_places(void);
char *evo_path_join(const char *directory, const char *name);
/* False only when there is no such file: what cannot be looked at is for who opens it to report. */
bool evo_path_exists(const char *path);

/* CSV (RFC 4180) by libcsv. ---- */

/*
 * Lines may end in LF, CR LF or CR; a byte order mark and blank lines are passed over. Space around
 * a field that is not quoted is dropped. A stray quote, one that is never closed and a NUL byte are
 * errors. How many fields a record should have is the callback's to say.
 */
/* One record; fields and count live until the callback returns. line: where it begins. Returning
   false ends the reading, with err as the callback set it. */
typedef bool (*evo_csv_row)(void *context, size_t line, size_t count, char *const *fields,
                            struct evo_error *err);
bool evo_csv_read(const char *path, evo_csv_row row, void *context, struct evo_error *err);

/* Rows out: quoted where needed, LF line ends, through an evo_file or any stream. */
struct evo_csv {
	FILE *stream;
	bool begun; /* a field has been written on this line */
	bool blank; /* and it is the only one, and empty */
};
void evo_csv_begin(struct evo_csv *csv, FILE *stream);
void evo_csv_text(struct evo_csv *csv, const char *text);
void evo_csv_integer(struct evo_csv *csv, int64_t value);
void evo_csv_number(struct evo_csv *csv, double value); /* NaN is an empty field */
void evo_csv_end_row(struct evo_csv *csv);

/*
 * JSON out, appended to a text as values come: commas are seen to, brackets are the caller's. What
 * is no UTF-8 in a string becomes U+FFFD; NaN and infinities, which JSON does not have, null.
 */
struct evo_json {
	struct evo_text *text;
	bool comma; /* something stands before */
};
void evo_json_begin(struct evo_json *json, struct evo_text *text);
void evo_json_open(struct evo_json *json, char bracket); /* '{' or '[' */
void evo_json_close(struct evo_json *json, char bracket);
void evo_json_key(struct evo_json *json, const char *key); /* the next value is its */
void evo_json_text(struct evo_json *json, const char *value);
void evo_json_number(struct evo_json *json, double value);
void evo_json_integer(struct evo_json *json, int64_t value);

/*
 * INI by inih: [section], key = value (or key: value), comments after ; or # at the start of a line
 * and after " ;" within one. A line that begins with space continues the value above (joined by
 * one space). One that looks like an entry, and is indented less than EVO_INI_CONTINUED, is an
 * error, since a person means an entry. So are lines that are too long (198 bytes with the usual
 * inih), and what is none of these. Unknown keys are the callback's to refuse, with line for the
 * message.
 */
#define EVO_INI_CONTINUED "        " /* before a line that a program writes to continue a value */
typedef bool (*evo_ini_entry)(void *context, const char *section, const char *key,
                              const char *value, size_t line, struct evo_error *err);
bool evo_ini_read(const char *path, evo_ini_entry entry, void *context, struct evo_error *err);

#endif
