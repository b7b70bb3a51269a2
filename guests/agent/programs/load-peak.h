/* SPDX-License-Identifier: MIT */
/* How much memory of vmalloc() and vmap() a load holds at most. */
#ifndef AGENT_LOAD_PEAK_H
#define AGENT_LOAD_PEAK_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "programs/load-rounds.h"

struct load_peak {
	/* Above the level just before; nothing is known without looks. */
	int64_t bytes;
	/* Looks that began and ended within a load, in all rounds. */
	uint64_t looks;
};

/*
 * Runs @rounds rounds on the CPU of the caller, while a thread on the other CPUs
 * of @all looks at /proc/vmallocinfo as fast as it can. There are no looks where
 * there is no other CPU. Returns false, after a message on standard error, when
 * a round failed.
 */
bool load_peak_measure(struct load_job *job, unsigned long rounds, const cpu_set_t *all,
		       struct load_peak *peak);

#endif
