/*-------------------------------------------------------------------------
 *
 * sketch_bytes.c
 *	  A repeat sketch as bytes, and back.
 *
 *	  byte 0		version, 1
 *	  byte 1		1 if users were left out, else 0
 *	  bytes 2-3		k - 1
 *	  bytes 4-6		number of users, n
 *	  bytes 7-12	the greatest user
 *	  then			n users, ascending, as a stream of bits
 *
 * Numbers begin with their lowest byte, and the stream with the lowest bit of each byte.  A
 * user is the gap to the one before in Golomb-Rice code (R. F. Rice: Some practical
 * universal noiseless coding techniques, JPL 1979): of gaps that are as random as these it
 * takes half a bit more than what must be said.  Then one bit, which is 1 for a repeat
 * purchaser; any other has an order.  The last byte is filled up with zeros.
 *
 *-------------------------------------------------------------------------
 */
#include "sketch/sketch_bytes.h"

#define SKETCH_VERSION 1
#define HEADER_SIZE 13

static void
put_number(unsigned char *p, uint64_t number, int size)
{
	for (int i = 0; i < size; i++)
		p[i] = (unsigned char) (number >> (8 * i));
}

static uint64_t
get_number(const unsigned char *p, int size)
{
	uint64_t	number = 0;

	for (int i = size - 1; i >= 0; i--)
		number = number << 8 | p[i];
	return number;
}

/* Low bits of a gap that are written as they are: about the mean gap's */
static int
rice_bits(const SketchCounts *counts)
{
	uint64_t	mean = (counts->last + 1) / (counts->users > 0 ? counts->users : 1);
	int			bits = 0;

	while (mean > 1)
	{
		mean >>= 1;
		bits++;
	}
	return bits;
}

typedef struct BitWriter
{
	unsigned char *p;			/* NULL: only the size is wanted */
	size_t		size;
	uint64_t	bits;
	int			nbits;			/* fewer than 8 between calls */
} BitWriter;

/* At most 56 bits */
static void
write_bits(BitWriter *writer, uint64_t bits, int nbits)
{
	writer->bits |= bits << writer->nbits;
	writer->nbits += nbits;
	while (writer->nbits >= 8)
	{
		if (writer->p != NULL)
			writer->p[writer->size] = (unsigned char) writer->bits;
		writer->size++;
		writer->bits >>= 8;
		writer->nbits -= 8;
	}
}

static void
write_gap(BitWriter *writer, uint64_t gap, int rice)
{
	for (uint64_t n = gap >> rice; n > 0; n--)
		write_bits(writer, 1, 1);
	write_bits(writer, 0, 1);
	write_bits(writer, gap & ((UINT64_C(1) << rice) - 1), rice);
}

size_t
sketch_write(const SketchCounts *counts, const SketchEntry *entries, unsigned char *bytes)
{
	BitWriter	writer = {bytes, HEADER_SIZE, 0, 0};
	int			rice = rice_bits(counts);
	uint64_t	next = 0;		/* the least that the next user can be */

	if (bytes != NULL)
	{
		bytes[0] = SKETCH_VERSION;
		bytes[1] = counts->sampled;
		put_number(bytes + 2, counts->k - 1, 2);
		put_number(bytes + 4, counts->users, 3);
		put_number(bytes + 7, counts->last, 6);
	}
	for (uint32_t i = 0; i < counts->users; i++)
	{
		write_gap(&writer, entries[i].user - next, rice);
		next = entries[i].user + 1;
		write_bits(&writer, entries[i].order == SKETCH_REPEAT, 1);
		if (entries[i].order != SKETCH_REPEAT)
			write_bits(&writer, entries[i].order, sketch_order_bits(entries[i].user));
	}
	if (writer.nbits > 0)
		write_bits(&writer, 0, 8 - writer.nbits);
	return writer.size;
}

/* At most 56 bits; false if there are no more */
static bool
read_bits(SketchReader *reader, int nbits, uint64_t *bits)
{
	while (reader->nbits < nbits)
	{
		if (reader->p == reader->end)
			return false;
		reader->bits |= (uint64_t) *reader->p++ << reader->nbits;
		reader->nbits += 8;
	}
	*bits = reader->bits & ((UINT64_C(1) << nbits) - 1);
	reader->bits >>= nbits;
	reader->nbits -= nbits;
	return true;
}

/* A gap that is no greater than most */
static bool
read_gap(SketchReader *reader, uint64_t most, uint64_t *gap)
{
	uint64_t	high = 0;
	uint64_t	bits;

	for (;;)
	{
		if (!read_bits(reader, 1, &bits))
			return false;
		if (bits == 0)
			break;
		if (++high > most >> reader->rice)
			return false;
	}
	if (!read_bits(reader, reader->rice, &bits))
		return false;
	*gap = high << reader->rice | bits;
	return *gap <= most;
}

bool
sketch_read(SketchReader *reader, const void *bytes, size_t size)
{
	const unsigned char *header = bytes;
	SketchCounts *counts = &reader->counts;

	memset(reader, 0, sizeof(*reader));
	if (size < HEADER_SIZE || header[0] != SKETCH_VERSION || header[1] > 1)
		return false;
	counts->sampled = header[1] == 1;
	counts->k = (uint32_t) get_number(header + 2, 2) + 1;
	counts->users = (uint32_t) get_number(header + 4, 3);
	counts->last = get_number(header + 7, 6);
	if (counts->k < SKETCH_MIN_K || counts->users > counts->k ||
		counts->last > SKETCH_MAX_USER ||
		(counts->sampled && counts->users != counts->k) ||
		(counts->users == 0 && counts->last != 0))
		return false;
	reader->rice = rice_bits(counts);
	reader->p = header + HEADER_SIZE;
	reader->end = header + size;
	return true;
}

bool
sketch_next(SketchReader *reader, SketchEntry *entry)
{
	uint64_t	next = reader->nread > 0 ? reader->user + 1 : 0;
	uint64_t	gap;
	uint64_t	repeat;

	if (reader->nread == reader->counts.users || next > reader->counts.last ||
		!read_gap(reader, reader->counts.last - next, &gap) ||
		!read_bits(reader, 1, &repeat))
		return false;
	entry->user = next + gap;
	entry->order = SKETCH_REPEAT;
	if (!repeat && !read_bits(reader, sketch_order_bits(entry->user), &entry->order))
		return false;
	reader->counts.repeats += (uint32_t) repeat;
	reader->user = entry->user;
	reader->nread++;
	return true;
}

bool
sketch_was_read(const SketchReader *reader)
{
	return reader->nread == reader->counts.users &&
		reader->user == reader->counts.last &&
		reader->p == reader->end && reader->nbits < 8 && reader->bits == 0;
}

bool
sketch_check(const void *bytes, size_t size, SketchCounts *counts)
{
	SketchReader reader;
	SketchEntry entry;

	if (!sketch_read(&reader, bytes, size))
		return false;
	while (sketch_next(&reader, &entry))
		;
	*counts = reader.counts;
	return sketch_was_read(&reader);
}

bool
sketch_merge(RepeatSketch *sketch, const void *bytes, size_t size)
{
	SketchReader reader;
	SketchEntry entry;

	if (!sketch_read(&reader, bytes, size))
		return false;
	sketch_limit(sketch, reader.counts.k);
	if (reader.counts.sampled)
		sketch->sampled = true;
	while (sketch_next(&reader, &entry))
	{
		/* users can be chosen such that all are looked for in one place */
		if (reader.nread % 256 == 0)
			sketch->hooks->poll();
		if (entry.user <= sketch->last)
			sketch_put(sketch, entry.user, entry.order);
	}
	return sketch_was_read(&reader);
}
