/* SPDX-License-Identifier: MIT */
/* Measures the peak memory of vmalloc() and vmap() that a load holds. */
#ifndef AGENT_LOAD_PEAK_H
#define AGENT_LOAD_PEAK_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "programs/load-rounds.h"

struct load_peak {
	/* Above the level just before the load; unknown without samples. */
	int64_t bytes;
	/* Samples that began and ended within a load, in all rounds. */
	uint64_t looks;
};

/*
 * Runs @rounds rounds on the caller's CPU, while a thread on the other CPUs of
 * @all reads /proc/vmallocinfo as fast as it can. Takes no samples if there is
 * no other CPU. Returns false, after a message on standard error, if a round
 * failed.
 */
bool load_peak_measure(struct load_job *job, unsigned long rounds, const cpu_set_t *all,
		       struct load_peak *peak);

#endif
