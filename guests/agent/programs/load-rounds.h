/* SPDX-License-Identifier: MIT */
/* Rounds of load, duplicate load and unload, each measured. */
#ifndef AGENT_LOAD_ROUNDS_H
#define AGENT_LOAD_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/module-load.h"

enum operation {
	OPERATION_DECOMPRESS,
	OPERATION_LOAD,
	OPERATION_DUPLICATE,
	OPERATION_UNLOAD,
	OPERATIONS,
};

/* The module, and how it is passed to the kernel. */
struct load_job {
	const struct module_file *file;
	enum module_call call;
	/* Unused by CALL_INIT. */
	int fd;
	const char *arguments;
	/* The number of successful rounds so far. */
	unsigned long rounds;
};

/* CLOCK_MONOTONIC_RAW. The decompression is 0 unless it is done in user space. */
struct round_times {
	uint64_t ns[OPERATIONS];
};

/* Called immediately before and after the load. */
struct load_watch {
	void (*begin)(void *data);
	void (*end)(void *data);
	void *data;
};

/*
 * Runs the first half of a round, up to the duplicate load; @watch may be NULL.
 * Returns false, after a message on standard error, if the load fails or the
 * duplicate load succeeds.
 */
bool round_load(const struct load_job *job, const struct load_watch *watch,
		struct round_times *times);

/* Runs the second half: the unload. */
bool round_unload(struct load_job *job, struct round_times *times);

#endif
