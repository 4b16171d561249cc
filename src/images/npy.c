/*
 * NumPy's .npy files: the header is read and checked, then numbers of any type; arrays are written.
 */
#include "config.h"

#include "npy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC      "\x93NUMPY"
#define MAGIC_SIZE 6
/* Of a header; what an array of numbers needs is a tenth of it. */
#define HEADER_MAX 65535
/* Bytes that are read at a time. */
#define CHUNK ((size_t) 1 << 15)

static bool bad(const struct npy *npy, struct evo_error *err, const char *what)
{
	return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0, "%s", what);
}

static bool unreadable(const struct npy *npy, struct evo_error *err)
{
	if (!ferror(npy->stream))
		return bad(npy, err, "the file ends early");
	return evo_fail_file(err, npy->path, "read", errno);
}

/* ---- The header's dictionary ----------------------------------------------------------------- */

/* {'descr': '<f4', 'fortran_order': False, 'shape': (10, 3, 8, 8), } */
struct header {
	char *at;
	bool has_descr, has_order, has_shape;
	bool fortran;
};

static void skip_space(struct header *header)
{
	header->at += strspn(header->at, " \t\r\n");
}

static bool take(struct header *header, char byte)
{
	skip_space(header);
	if (*header->at != byte)
		return false;
	header->at++;
	return true;
}

/* A string in quotes of either kind, which is cut out of the header; NULL when there is none. */
static char *take_string(struct header *header)
{
	char quote, *begin, *end;

	skip_space(header);
	quote = *header->at;
	if (quote != '\'' && quote != '"')
		return NULL;
	begin = header->at + 1;
	end = strchr(begin, quote);
	if (end == NULL)
		return NULL;
	*end = '\0';
	header->at = end + 1;
	return begin;
}

static bool take_word(struct header *header, const char *word)
{
	size_t length = strlen(word);

	skip_space(header);
	if (strncmp(header->at, word, length) != 0)
		return false;
	header->at += length;
	return true;
}

/* A number; Python 2 wrote long ones with an L. */
static bool take_size(struct header *header, size_t *size)
{
	size_t value = 0, digits = 0;

	skip_space(header);
	for (; *header->at >= '0' && *header->at <= '9'; header->at++, digits++) {
		size_t digit = (size_t) (*header->at - '0');

		if (value > (SIZE_MAX / 2 - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (digits > 0 && *header->at == 'L')
		header->at++;
	*size = value;
	return digits > 0;
}

static bool take_shape(struct header *header, struct npy *npy)
{
	if (!take(header, '('))
		return false;
	while (!take(header, ')')) {
		if (npy->rank == NPY_RANK || !take_size(header, &npy->shape[npy->rank++]))
			return false;
		if (!take(header, ',')) {
			skip_space(header);
			if (*header->at != ')')
				return false;
		}
	}
	return true;
}

static bool take_order(struct header *header)
{
	header->fortran = take_word(header, "True");
	return header->fortran || take_word(header, "False");
}

/* One key with its value. *understood: false when the value is nothing that we read. */
static bool take_entry(struct header *header, struct npy *npy)
{
	const char *key = take_string(header), *descr;

	if (key == NULL || !take(header, ':'))
		return false;
	if (strcmp(key, "descr") == 0) {
		descr = take_string(header);
		/* A list stands here for records. */
		snprintf(npy->descr, sizeof(npy->descr), "%s", descr != NULL ? descr : "a list");
		header->has_descr = true;
		return descr != NULL || *header->at == '[';
	}
	if (strcmp(key, "fortran_order") == 0)
		return header->has_order = take_order(header);
	if (strcmp(key, "shape") == 0 && !header->has_shape)
		return header->has_shape = take_shape(header, npy);
	return false;
}

/* "<f4" and its like. */
static bool set_type(struct npy *npy, struct evo_error *err)
{
	static const char *const known[] = {"u1", "u2", "u4", "u8", "i1",
	                                    "i2", "i4", "i8", "f4", "f8"};
	const char *type = npy->descr + (*npy->descr ? 1 : 0);

	for (size_t i = 0; i < EVO_COUNT(known); i++) {
		if (strcmp(type, known[i]) != 0)
			continue;
		npy->size = (size_t) (type[1] - '0');
		npy->kind = type[0] == 'u' ? NPY_UNSIGNED : type[0] == 'i' ? NPY_SIGNED : NPY_FLOAT;
		npy->big = npy->descr[0] == '>';
		if (strchr("<>|", npy->descr[0]) != NULL)
			return true;
	}
	return evo_fail_at(
	        err, EVO_E_INPUT, npy->path, 0, 0,
	        "its numbers are of the type %s; save it as uint8 or float32, and labels "
	        "as int64",
	        npy->descr);
}

static bool parse_header(struct npy *npy, char *text, struct evo_error *err)
{
	struct header header = {.at = text};
	bool good = take(&header, '{');

	while (good && !take(&header, '}')) {
		good = take_entry(&header, npy);
		if (good && header.has_descr && *header.at == '[')
			return set_type(npy, err);
		good = good && (take(&header, ',') || *header.at == '}');
	}
	if (!good || !header.has_descr || !header.has_order || !header.has_shape)
		return bad(npy, err, "the header of this .npy file cannot be understood");
	if (!set_type(npy, err))
		return false;
	if (header.fortran)
		return bad(npy, err,
		           "its numbers are in Fortran's order; save "
		           "numpy.ascontiguousarray(...) of it");
	return true;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static bool read_header(struct npy *npy, struct evo_error *err)
{
	unsigned char start[MAGIC_SIZE + 2], bytes[4] = {0};
	size_t length, width;
	char *text;
	bool good;

	if (fread(start, 1, sizeof(start), npy->stream) != sizeof(start) ||
	    memcmp(start, MAGIC, MAGIC_SIZE) != 0)
		return bad(npy, err, "this is no .npy file");
	if (start[MAGIC_SIZE] < 1 || start[MAGIC_SIZE] > 3)
		return evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
		                   "a .npy file of version %d, and versions 1 to 3 are known",
		                   start[MAGIC_SIZE]);
	width = start[MAGIC_SIZE] == 1 ? 2 : 4;
	if (fread(bytes, 1, width, npy->stream) != width)
		return unreadable(npy, err);
	length = bytes[0] | (size_t) bytes[1] << 8 | (size_t) bytes[2] << 16 |
	         (size_t) bytes[3] << 24;
	if (length > HEADER_MAX)
		return bad(npy, err, "the header of this .npy file is too long");
	text = evo_calloc(length + 1, 1);
	good = fread(text, 1, length, npy->stream) == length ? parse_header(npy, text, err)
	                                                     : unreadable(npy, err);
	free(text);
	return good;
}

/* Does what follows the header have just the size that the shape says? */
static bool check_size(struct npy *npy, struct evo_error *err)
{
	off_t begin = ftello(npy->stream);
	size_t size;
	char *shape;

	npy->count = 1;
	for (size_t i = 0; i < npy->rank; i++) {
		if (npy->shape[i] != 0 && npy->count > SIZE_MAX / 16 / npy->shape[i])
			return bad(npy, err, "its shape is larger than any file");
		npy->count *= npy->shape[i];
	}
	if (begin < 0)
		return evo_fail_file(err, npy->path, "read", errno);
	if (!evo_file_size(npy->stream, npy->path, &size, err))
		return false;
	size -= (size_t) begin;
	if (size == npy->count * npy->size)
		return true;
	shape = npy_shape(npy);
	evo_fail_at(err, EVO_E_INPUT, npy->path, 0, 0,
	            "%s than its shape %s of %s says; was it written to the end?",
	            size < npy->count * npy->size ? "shorter" : "longer", shape, npy->descr);
	free(shape);
	return false;
}

bool npy_open(struct npy *npy, const char *path, struct evo_error *err)
{
	*npy = (struct npy){.path = path, .stream = fopen(path, "rbe")};
	if (npy->stream == NULL)
		return evo_fail_file(err, path, "read", errno);
	if (read_header(npy, err) && check_size(npy, err))
		return true;
	npy_close(npy);
	return false;
}

void npy_close(struct npy *npy)
{
	if (npy->stream != NULL)
		fclose(npy->stream);
	npy->stream = NULL;
}

bool npy_is(const char *path)
{
	FILE *stream = fopen(path, "rbe");
	char start[MAGIC_SIZE];
	bool is;

	if (stream == NULL)
		return false;
	is = fread(start, 1, MAGIC_SIZE, stream) == MAGIC_SIZE &&
	     memcmp(start, MAGIC, MAGIC_SIZE) == 0;
	fclose(stream);
	return is;
}

char *npy_shape(const struct npy *npy)
{
	struct evo_text text;

	evo_text_init(&text);
	for (size_t i = 0; i < npy->rank; i++)
		evo_text_printf(&text, "%s%zu", i ? ", " : "(", npy->shape[i]);
	evo_text_append(&text, npy->rank == 0 ? "()" : npy->rank == 1 ? ",)" : ")");
	return text.data;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static uint64_t bits_of(const struct npy *npy, const unsigned char *bytes)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < npy->size; i++)
		bits |= (uint64_t) bytes[npy->big ? npy->size - 1 - i : i] << 8 * i;
	return bits;
}

static int64_t integer_of(const struct npy *npy, uint64_t bits)
{
	if (npy->kind == NPY_UNSIGNED)
		return bits > INT64_MAX ? INT64_MAX : (int64_t) bits;
	switch (npy->size) {
	case 1:
		return (int8_t) bits;
	case 2:
		return (int16_t) bits;
	case 4:
		return (int32_t) bits;
	default:
		return (int64_t) bits;
	}
}

static float float_of(const struct npy *npy, uint64_t bits)
{
	uint32_t half = (uint32_t) bits;
	double wide;
	float narrow;

	if (npy->kind != NPY_FLOAT)
		return (float) integer_of(npy, bits);
	if (npy->size == sizeof(narrow)) {
		memcpy(&narrow, &half, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, &bits, sizeof(wide));
	return (float) wide;
}

/* The next numbers, into whichever of the two is there. */
static bool read_numbers(struct npy *npy, float *floats, int64_t *integers, size_t count,
                         struct evo_error *err)
{
	unsigned char bytes[CHUNK];
	size_t room = CHUNK / npy->size;

	for (size_t done = 0; done < count;) {
		size_t some = count - done < room ? count - done : room;

		if (fread(bytes, npy->size, some, npy->stream) != some)
			return unreadable(npy, err);
		for (size_t i = 0; i < some; i++) {
			uint64_t bits = bits_of(npy, bytes + i * npy->size);

			if (floats != NULL)
				floats[done + i] = float_of(npy, bits);
			else
				integers[done + i] = integer_of(npy, bits);
		}
		done += some;
	}
	return true;
}

bool npy_floats(struct npy *npy, float *out, size_t count, struct evo_error *err)
{
	return read_numbers(npy, out, NULL, count, err);
}

bool npy_integers(struct npy *npy, int64_t *out, size_t count, struct evo_error *err)
{
	return read_numbers(npy, NULL, out, count, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool is_little(void)
{
	const uint16_t one = 1;
	unsigned char first;

	memcpy(&first, &one, 1);
	return first == 1;
}

bool npy_write(const char *path, const char *descr, const size_t *shape, size_t rank,
               const void *numbers, struct evo_error *err)
{
	struct npy npy = {.rank = rank};
	struct evo_file *file = evo_file_create(path, err);
	size_t count = 1, size = (size_t) (descr[2] - '0'), length;
	char *text;

	if (file == NULL)
		return false;
	for (size_t i = 0; i < rank; i++) {
		npy.shape[i] = shape[i];
		count *= shape[i];
	}

	FILE *stream = evo_file_stream(file);
	char *dims = npy_shape(&npy);
	char order = size == 1 ? '|' : is_little() ? '<' : '>';

	/* Padded with blanks and a line end, so that the numbers begin at a multiple of 64. */
	text = evo_format("{'descr': '%c%s', 'fortran_order': False, 'shape': %s, }", order,
	                  descr + 1, dims);
	length = (strlen(text) + 1 + MAGIC_SIZE + 4 + 63) / 64 * 64 - MAGIC_SIZE - 4;
	fwrite(MAGIC "\x01", 1, MAGIC_SIZE + 2, stream); /* the string's NUL is the minor version */
	fputc((int) (length & 0xff), stream);
	fputc((int) (length >> 8), stream);
	fprintf(stream, "%-*s\n", (int) length - 1, text);
	fwrite(numbers, size, count, stream);
	free(dims);
	free(text);
	return evo_file_commit(file, err);
}
