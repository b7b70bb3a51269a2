/* SPDX-License-Identifier: MIT */
/* Threads or processes that begin their work at one moment. */
#ifndef AGENT_WORKERS_H
#define AGENT_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#define WORKERS_MAX 4096

struct worker_group {
	unsigned int count;
	/* Processes instead of threads: what they find out must go into shared memory. */
	bool processes;
	/* How long all stand ready before they are released. */
	unsigned int settle_ms;
	/* What each does, with an index below @count. */
	void (*work)(unsigned int index, void *data);
	void *data;
};

/*
 * Starts the workers, releases them together when all stand ready, and waits
 * for them. @released_ns is when (CLOCK_MONOTONIC). Returns false, after a
 * message on standard error, when not all began and ended as they should: then
 * the process should end, as some may still wait.
 */
bool workers_run(const struct worker_group *group, uint64_t *released_ns);

/* Memory that processes share, all zero; told on standard error when there is none. */
void *shared_memory(size_t bytes);

#endif
