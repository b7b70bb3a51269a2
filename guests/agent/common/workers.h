/* SPDX-License-Identifier: MIT */
/* Threads or processes that start their work at the same moment. */
#ifndef AGENT_WORKERS_H
#define AGENT_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#define WORKERS_MAX 4096

struct worker_group {
	unsigned int count;
	/* Processes instead of threads: their results must go into shared memory. */
	bool processes;
	/* How long to wait between the last worker being ready and the release. */
	unsigned int settle_ms;
	/* What each worker runs, with an index below @count. */
	void (*work)(unsigned int index, void *data);
	void *data;
};

/*
 * Starts the workers, releases them together when all are ready, and waits for
 * them. @released_ns is the time of the release (CLOCK_MONOTONIC). Returns
 * false, after a message on standard error, unless all workers started and
 * ended normally. The process should exit then, as some may still be waiting.
 */
bool workers_run(const struct worker_group *group, uint64_t *released_ns);

/* Allocates zeroed shared memory. Returns NULL, after a message on standard error, on failure. */
void *shared_memory(size_t bytes);

#endif
