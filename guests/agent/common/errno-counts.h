/* SPDX-License-Identifier: MIT */
/* How many system calls succeeded, and how many failed with which error. */
#ifndef AGENT_ERRNO_COUNTS_H
#define AGENT_ERRNO_COUNTS_H

#include <stdint.h>
#include <stdio.h>

#define ERRNO_MAX 133

struct errno_counts {
	uint64_t attempts;
	uint64_t successes;
	/* Indexed by errno; the first entry counts errors beyond the end of the array. */
	uint64_t errors[ERRNO_MAX + 1];
};

/* @error is 0 or -errno. */
void errno_counts_add(struct errno_counts *counts, int error);

void errno_counts_merge(struct errno_counts *into, const struct errno_counts *from);

/*
 * Prints the lines `attempts`, `successes`, one `errno_NAME` for each of the
 * space-separated names in @reported_errors, zero or not, and `errno_other` for
 * all other errors, which are named on standard error.
 */
void errno_counts_print(FILE *out, const struct errno_counts *counts, const char *reported_errors);

/* Returns the errno with a name such as ENODEV, or 0. */
int errno_of_name(const char *name, size_t length);

#endif
