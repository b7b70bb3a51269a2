/* SPDX-License-Identifier: MIT */
/* How often system calls succeeded, and with which errors they failed. */
#ifndef AGENT_TALLY_H
#define AGENT_TALLY_H

#include <stdio.h>

#define TALLY_ERRNO_MAX		133

struct tally {
	unsigned int attempts;
	unsigned int successes;
	/* By errno; the first entry counts those beyond the last. */
	unsigned int errors[TALLY_ERRNO_MAX + 1];
};

/* @error is 0 or -errno. */
void tally_add(struct tally *tally, int error);

/*
 * Lines `attempts`, `successes`, one `errno_NAME` for each of the space
 * separated names in @told, zero or not, and `errno_other` for the rest, which
 * are named on standard error.
 */
void tally_print(FILE *out, const struct tally *tally, const char *told);

/* The errno of a name such as ENODEV, or 0. */
int errno_of_name(const char *name, size_t length);

#endif
