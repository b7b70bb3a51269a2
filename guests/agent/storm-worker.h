/* SPDX-License-Identifier: MIT */
/* The workers of a storm: threads or processes that begin at one moment. */
#ifndef AGENT_STORM_WORKER_H
#define AGENT_STORM_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "storm-histogram.h"
#include "storm-module.h"

#define STORM_ERRNO_MAX		133

/* How a module is handed to the kernel. */
enum storm_call {
	/* finit_module() with a plain file. */
	CALL_FINIT,
	/* finit_module() with a compressed file and MODULE_INIT_COMPRESSED_FILE. */
	CALL_FINIT_COMPRESSED,
	/* init_module() with memory, as kmod does with what it decompressed itself. */
	CALL_INIT,
};

/* What all workers do. */
struct storm_job {
	enum storm_call call;
	/* Name that delete_module() knows. */
	const char *module;
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
	uint64_t successes;
	uint64_t unloads;
	/* CLOCK_MONOTONIC. */
	uint64_t started_ns;
	uint64_t ended_ns;
	struct histogram latency;
	uint64_t errors[STORM_ERRNO_MAX + 1];
};

/*
 * Runs the storm and adds up what the workers saw in @total. Returns false with
 * a sentence in @problem when not all workers began and ended as they should.
 */
bool storm_run(const struct storm_job *job, struct storm_result *total, char *problem, size_t size);

#endif
