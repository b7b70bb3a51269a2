/* SPDX-License-Identifier: MIT */
/* The workers of a storm and their results. */
#ifndef AGENT_STORM_WORKER_H
#define AGENT_STORM_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errno-counts.h"
#include "common/histogram.h"
#include "common/module-load.h"

/* Common to all workers. */
struct storm_job {
	enum module_call call;
	const struct module_file *file;
	/* One descriptor per worker; unused by CALL_INIT. */
	const int *fds;
	/* Each load decompresses the module itself, within the measured time. */
	bool decompress_inside;
	/* The module arguments are at an unreadable address, so that the load fails late. */
	bool fault;
	bool processes;
	/* 0 for one load each, or the time to load and unload for. */
	uint64_t duration_ns;
	unsigned int workers;
};

/* The results of one worker, or of all. */
struct storm_result {
	struct errno_counts counts;
	uint64_t unloads;
	/* CLOCK_MONOTONIC. */
	uint64_t started_ns;
	uint64_t ended_ns;
	struct histogram latency;
};

/*
 * Runs the storm and adds up the results of the workers in @total. Returns false,
 * after a message on standard error, unless all workers started and ended
 * normally.
 */
bool storm_run(const struct storm_job *job, struct storm_result *total);

#endif
