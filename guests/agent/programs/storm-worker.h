/* SPDX-License-Identifier: MIT */
/* What the workers of a storm do, and what they see. */
#ifndef AGENT_STORM_WORKER_H
#define AGENT_STORM_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errno-counts.h"
#include "common/histogram.h"
#include "common/module-load.h"

/* What all workers do. */
struct storm_job {
	enum module_call call;
	const struct module_file *file;
	/* One descriptor for each worker; unused by CALL_INIT. */
	const int *fds;
	/* Each load decompresses for itself, within the measured time. */
	bool decompress_inside;
	/* The arguments lie at an address that cannot be read: the load fails late. */
	bool fault;
	bool processes;
	/* 0 for one load each; else load and unload for that time. */
	uint64_t duration_ns;
	unsigned int workers;
};

/* What one worker saw, or all together. */
struct storm_result {
	struct errno_counts counts;
	uint64_t unloads;
	/* CLOCK_MONOTONIC. */
	uint64_t started_ns;
	uint64_t ended_ns;
	struct histogram latency;
};

/*
 * Runs the storm and adds up what the workers saw in @total. Returns false, and
 * has told it on standard error, when not all began and ended as they should.
 */
bool storm_run(const struct storm_job *job, struct storm_result *total);

#endif
