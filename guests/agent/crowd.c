// SPDX-License-Identifier: MIT
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "crowd.h"

#define STACK_BYTES	(64 << 10)

struct crowd {
	crowd_work work;
	void *data;
	_Atomic uint32_t ready;
	_Atomic uint32_t open;
};

struct member {
	struct crowd *crowd;
	pthread_t thread;
	unsigned int index;
};

static void *member_main(void *data)
{
	struct member *member = data;
	struct crowd *crowd = member->crowd;

	atomic_fetch_add(&crowd->ready, 1);
	while (!atomic_load(&crowd->open))
		syscall(SYS_futex, &crowd->open, FUTEX_WAIT, 0, NULL, NULL, 0);
	crowd->work(member->index, crowd->data);
	return NULL;
}

static int start(struct crowd *crowd, struct member *members, unsigned int count)
{
	pthread_attr_t attributes;
	int error = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (unsigned int i = 0; i < count && !error; i++) {
		members[i] = (struct member){ .crowd = crowd, .index = i };
		error = pthread_create(&members[i].thread, &attributes, member_main, &members[i]);
	}
	pthread_attr_destroy(&attributes);
	return -error;
}

int crowd_run(unsigned int count, crowd_work work, void *data, uint64_t *released_ns)
{
	static struct crowd crowd;
	static struct member members[CROWD_MAX];
	int error;

	crowd.work = work;
	crowd.data = data;
	error = start(&crowd, members, count);
	if (error)
		return error;
	while (atomic_load(&crowd.ready) < count)
		sleep_ms(1);
	*released_ns = clock_ns(CLOCK_MONOTONIC);
	atomic_store(&crowd.open, 1);
	syscall(SYS_futex, &crowd.open, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	for (unsigned int i = 0; i < count; i++)
		pthread_join(members[i].thread, NULL);
	return 0;
}
