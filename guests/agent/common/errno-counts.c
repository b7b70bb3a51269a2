// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <string.h>

#include "common/complain.h"
#include "common/errno-counts.h"

void errno_counts_add(struct errno_counts *counts, int error)
{
	counts->attempts++;
	if (!error)
		counts->successes++;
	else
		counts->errors[-error > ERRNO_MAX ? 0 : -error]++;
}

void errno_counts_merge(struct errno_counts *into, const struct errno_counts *from)
{
	into->attempts += from->attempts;
	into->successes += from->successes;
	for (int number = 0; number <= ERRNO_MAX; number++)
		into->errors[number] += from->errors[number];
}

int errno_of_name(const char *name, size_t length)
{
	for (int number = 1; number <= ERRNO_MAX; number++) {
		const char *known = strerrorname_np(number);

		if (known && strlen(known) == length && !memcmp(known, name, length))
			return number;
	}
	return 0;
}

void errno_counts_print(FILE *out, const struct errno_counts *counts, const char *reported_errors)
{
	struct errno_counts left = *counts;
	uint64_t others = 0;

	fprintf(out, "attempts %" PRIu64 "\nsuccesses %" PRIu64 "\n", counts->attempts,
		counts->successes);
	for (const char *name = reported_errors; *name;) {
		size_t length = strcspn(name, " ");
		int number = errno_of_name(name, length);

		fprintf(out, "errno_%.*s %" PRIu64 "\n", (int)length, name, left.errors[number]);
		left.errors[number] = 0;
		name += length + strspn(name + length, " ");
	}
	for (int number = 0; number <= ERRNO_MAX; number++) {
		const char *name = strerrorname_np(number);

		others += left.errors[number];
		if (left.errors[number])
			complain("%s %" PRIu64 " times", number && name ? name : "an unknown error",
				 left.errors[number]);
	}
	fprintf(out, "errno_other %" PRIu64 "\n", others);
}
