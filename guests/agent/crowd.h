/* SPDX-License-Identifier: MIT */
/* Many threads that begin at one moment. */
#ifndef AGENT_CROWD_H
#define AGENT_CROWD_H

#include <stdint.h>

#define CROWD_MAX	4096

typedef void (*crowd_work)(unsigned int index, void *data);

/*
 * Starts @count threads, lets them go together when all stand ready, and waits
 * for them. @released_ns is when (CLOCK_MONOTONIC). Returns 0, or -errno when
 * not all could be started: then the process should end, as some still wait.
 */
int crowd_run(unsigned int count, crowd_work work, void *data, uint64_t *released_ns);

#endif
