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

/* The module, and how it is handed to the kernel. */
struct load_job {
	const struct module_file *file;
	enum module_call call;
	/* Unused by CALL_INIT. */
	int fd;
	const char *arguments;
	/* How many rounds went well so far. */
	unsigned long rounds;
};

/* By CLOCK_MONOTONIC_RAW; a decompression that user space does not do takes 0. */
struct round_times {
	uint64_t ns[OPERATIONS];
};

/* Called just before and after the load proper. */
struct load_watch {
	void (*begin)(void *data);
	void (*end)(void *data);
	void *data;
};

/*
 * The first half of a round, up to the duplicate load; @watch may be NULL.
 * Returns false, after a message on standard error, when the load fails or the
 * duplicate load does not.
 */
bool round_load(const struct load_job *job, const struct load_watch *watch,
		struct round_times *times);

/* The second half: the unload. */
bool round_unload(struct load_job *job, struct round_times *times);

#endif
