/* SPDX-License-Identifier: MIT */
#ifndef AGENT_KMSG_H
#define AGENT_KMSG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel/frame.h"

/* Relays /dev/kmsg, one frame per record, from the first record of the boot. */
struct kmsg {
	struct channel *channel;
	pthread_t thread;
	bool running;
	int fd;
	int stop;
	uint64_t stop_deadline;
	uint64_t expected;
	uint64_t records;
	/* Records overwritten in the kernel's ring buffer before they were read. */
	uint64_t lost;
	/* Records that were read but exceeded the budget of a trial. */
	uint64_t withheld;
	uint64_t bytes;
};

/* Returns 0 or -errno. */
int kmsg_start(struct kmsg *kmsg, struct channel *channel);

/* Relays what the kernel has logged so far, and ends the thread. */
void kmsg_stop(struct kmsg *kmsg);

#endif
