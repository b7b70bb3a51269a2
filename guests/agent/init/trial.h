/* SPDX-License-Identifier: MIT */
#ifndef AGENT_TRIAL_H
#define AGENT_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

struct trial_options {
	/* Path of the configuration, below the root. */
	const char *config;
	/* The socket to use as the channel, or NULL for the guest's virtio port. */
	const char *channel;
	/* When the agent was started (CLOCK_MONOTONIC). */
	uint64_t init_ns;
};

/*
 * Runs one trial, from the hello to the end frame. Returns whether the workload
 * was run and the host has received everything. Errors are reported on the
 * channel, or on the console if there is none.
 */
bool trial_run(const struct trial_options *options);

#endif
