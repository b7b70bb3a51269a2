// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/complain.h"
#include "common/start-gate.h"
#include "common/workers.h"

#define STACK_BYTES (256 << 10)

struct crowd;

struct worker {
	struct crowd *crowd;
	unsigned int index;
	pthread_t thread;
	pid_t pid;
};

/* In shared memory. */
struct crowd {
	struct start_gate gate;
	const struct worker_group *group;
	struct worker workers[];
};

static void *worker_main(void *data)
{
	struct worker *worker = data;
	const struct worker_group *group = worker->crowd->group;

	start_gate_wait(&worker->crowd->gate);
	group->work(worker->index, group->data);
	return NULL;
}

static int start_thread(struct worker *worker)
{
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	error = pthread_create(&worker->thread, &attributes, worker_main, worker);
	pthread_attr_destroy(&attributes);
	return -error;
}

/* The process has no other threads, so the child may call any function. */
static int start_process(struct worker *worker)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid) {
		worker->pid = pid;
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	worker_main(worker);
	_exit(0);
}

/* Only a process can die without the others. */
static bool any_lost(const struct crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->group->count; i++)
		if (crowd->workers[i].pid && waitpid(crowd->workers[i].pid, NULL, WNOHANG) > 0)
			return true;
	return false;
}

static bool await_ready(struct crowd *crowd)
{
	while (atomic_load(&crowd->gate.ready) < crowd->group->count) {
		if (any_lost(crowd))
			return false;
		sleep_ms(1);
	}
	return true;
}

/* Returns the number of workers that failed. */
static unsigned int join_all(const struct crowd *crowd)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < crowd->group->count; i++) {
		const struct worker *worker = &crowd->workers[i];
		int status = 0;

		if (!worker->pid) {
			pthread_join(worker->thread, NULL);
			continue;
		}
		while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
			;
		lost += status != 0;
	}
	return lost;
}

static bool run_all(struct crowd *crowd, uint64_t *released_ns)
{
	const struct worker_group *group = crowd->group;
	unsigned int lost;

	for (unsigned int i = 0; i < group->count; i++) {
		struct worker *worker = &crowd->workers[i];
		int error;

		*worker = (struct worker){ .crowd = crowd, .index = i };
		error = group->processes ? start_process(worker) : start_thread(worker);
		if (error)
			return complain("only %u of %u workers could be started: %s", i,
					group->count, strerror(-error));
	}
	if (!await_ready(crowd))
		return complain("a worker died before the others were ready");
	if (group->settle_ms)
		sleep_ms(group->settle_ms);
	*released_ns = clock_ns(CLOCK_MONOTONIC);
	start_gate_open(&crowd->gate);
	lost = join_all(crowd);
	return lost ? complain("%u of %u workers died", lost, group->count) : true;
}

bool workers_run(const struct worker_group *group, uint64_t *released_ns)
{
	size_t bytes = sizeof(struct crowd) + group->count * sizeof(struct worker);
	struct crowd *crowd = shared_memory(bytes);

	if (!crowd)
		return false;
	crowd->group = group;
	/* Threads waiting at the gate still use it. */
	if (!run_all(crowd, released_ns))
		return false;
	munmap(crowd, bytes);
	return true;
}

void *shared_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	complain("no memory for %zu bytes: %s", bytes, strerror(errno));
	return NULL;
}
