/*-------------------------------------------------------------------------
 *
 * siphash_fuzz.c
 *	  The published vectors, and that alignment and reading stay in bounds.
 *
 * The vectors for 2 and 4 rounds are those of the SipHash authors (key
 * 00 01 … 0f, message 00 01 02 …); that for 1 and 3 rounds is the one of the
 * siphasher library.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "keys/siphash.h"

const char *const fuzz_name = "siphash";
unsigned long fuzz_accepted = 0;

const char *const fuzz_seeds[] = {
	"", "1234567", "12345678", "0b1a2c3d-4e5f-6071-8293-a4b5c6d7e8f9", NULL
};

const char *const fuzz_pieces[] = {"a", "12345678", "\xff", NULL};

static const uint64_t key[2] = {
	UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)
};

static void
expect(size_t len, int c, int d, const unsigned char expected[16])
{
	unsigned char message[64];
	uint64_t	hash[2];

	for (size_t i = 0; i < len; i++)
		message[i] = (unsigned char) i;
	siphash128(key, message, len, c, d, hash);
	for (int i = 0; i < 16; i++)
		FUZZ_CHECK((unsigned char) (hash[i / 8] >> (8 * (i % 8))) == expected[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char vector_1_3[16] = {
		0xe7, 0x7e, 0xbc, 0xb2, 0x27, 0x88, 0xa5, 0xbe,
		0xfd, 0x62, 0xdb, 0x6a, 0xdd, 0x30, 0x30, 0x01
	};
	static const struct
	{
		size_t		len;
		unsigned char hash[16];
	}			vectors_2_4[] = {
		{0, {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
		0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93}},
		{1, {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44,
		0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}},
		{7, {0xa1, 0xf1, 0xeb, 0xbe, 0xd8, 0xdb, 0xc1, 0x53,
		0xc0, 0xb8, 0x4a, 0xa6, 0x1f, 0xf0, 0x82, 0x39}},
		{8, {0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61,
		0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14, 0x97, 0xb4}},
		{15, {0x54, 0x93, 0xe9, 0x99, 0x33, 0xb0, 0xa8, 0x11,
		0x7e, 0x08, 0xec, 0x0f, 0x97, 0xcf, 0xc3, 0xd9}},
		{16, {0x6e, 0xe2, 0xa4, 0xca, 0x67, 0xb0, 0x54, 0xbb,
		0xfd, 0x33, 0x15, 0xbf, 0x85, 0x23, 0x05, 0x77}},
		{63, {0x51, 0x50, 0xd1, 0x77, 0x2f, 0x50, 0x83, 0x4a,
		0x50, 0x3e, 0x06, 0x9a, 0x97, 0x3f, 0xbd, 0x7c}}
	};
	unsigned char *copy = malloc(size + 1);
	uint64_t	there[2],
				moved[2];

	FUZZ_CHECK(copy != NULL);
	expect(0, 1, 3, vector_1_3);
	for (size_t i = 0; i < sizeof(vectors_2_4) / sizeof(vectors_2_4[0]); i++)
		expect(vectors_2_4[i].len, 2, 4, vectors_2_4[i].hash);

	/* an exact allocation, one byte off the alignment */
	memcpy(copy + 1, data, size);
	siphash128(key, data, size, 1, 3, there);
	siphash128(key, copy + 1, size, 1, 3, moved);
	FUZZ_CHECK(there[0] == moved[0] && there[1] == moved[1]);
	fuzz_accepted++;
	free(copy);
	return 0;
}
