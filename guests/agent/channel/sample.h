/* SPDX-License-Identifier: MIT */
#ifndef AGENT_SAMPLE_H
#define AGENT_SAMPLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel/frame.h"

/* Samples the memory of the guest at a fixed interval. */
struct sampler {
	struct channel *channel;
	pthread_t thread;
	bool running;
	int stop;
	uint64_t period_ns;
	uint64_t samples;
};

/* Does nothing when @period_ns is 0. Returns 0 or -errno. */
int sampler_start(struct sampler *sampler, struct channel *channel, uint64_t period_ns);

void sampler_stop(struct sampler *sampler);

#endif
