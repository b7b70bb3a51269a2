/* SPDX-License-Identifier: MIT */
#ifndef AGENT_KMSG_H
#define AGENT_KMSG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel/frame.h"

/* Relays /dev/kmsg, one frame a record, from the first record of the boot. */
struct kmsg {
	struct channel *channel;
	pthread_t thread;
	bool running;
	int fd;
	int stop;
	uint64_t stop_deadline;
	uint64_t expected;
	uint64_t records;
	/* Overwritten in the kernel's ring before they were read. */
	uint64_t lost;
	/* Read, but over the budget of a trial. */
	uint64_t withheld;
	uint64_t bytes;
};

/* Returns 0 or -errno. */
int kmsg_start(struct kmsg *kmsg, struct channel *channel);

/* Relays what the kernel has said up to now, and ends the thread. */
void kmsg_stop(struct kmsg *kmsg);

#endif
