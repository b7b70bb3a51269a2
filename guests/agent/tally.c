// SPDX-License-Identifier: MIT
#include <string.h>

#include "tally.h"

void tally_add(struct tally *tally, int error)
{
	tally->attempts++;
	if (!error)
		tally->successes++;
	else
		tally->errors[-error > TALLY_ERRNO_MAX ? 0 : -error]++;
}

int errno_of_name(const char *name, size_t length)
{
	for (int number = 1; number <= TALLY_ERRNO_MAX; number++) {
		const char *known = strerrorname_np(number);

		if (known && strlen(known) == length && !memcmp(known, name, length))
			return number;
	}
	return 0;
}

void tally_print(FILE *out, const struct tally *tally, const char *told)
{
	struct tally left = *tally;
	unsigned int others = 0;

	fprintf(out, "attempts %u\nsuccesses %u\n", tally->attempts, tally->successes);
	for (const char *name = told; *name; ) {
		size_t length = strcspn(name, " ");
		int number = errno_of_name(name, length);

		fprintf(out, "errno_%.*s %u\n", (int)length, name, left.errors[number]);
		left.errors[number] = 0;
		name += length + strspn(name + length, " ");
	}
	for (int number = 0; number <= TALLY_ERRNO_MAX; number++) {
		const char *name = strerrorname_np(number);

		others += left.errors[number];
		if (left.errors[number])
			fprintf(stderr, "%s %u times\n", number && name ? name : "an unknown error",
				left.errors[number]);
	}
	fprintf(out, "errno_other %u\n", others);
}
