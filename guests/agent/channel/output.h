/* SPDX-License-Identifier: MIT */
#ifndef AGENT_OUTPUT_H
#define AGENT_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel/frame.h"

/* Relays one output stream of the workload; what exceeds the budget is read and dropped. */
struct output {
	struct channel *channel;
	pthread_t thread;
	bool running;
	int fd;
	int stop;
	uint64_t stop_deadline;
	const char *stream;
	uint64_t bytes;
	uint64_t withheld;
};

/* @stream is stdout or stderr. Takes ownership of @fd, which is non-blocking. Returns 0 or -errno. */
int output_start(struct output *output, struct channel *channel, int fd, const char *stream);

/* Relays what is still in the pipe, and ends the thread. */
void output_stop(struct output *output);

#endif
