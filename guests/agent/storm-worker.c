// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/module.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "storm-worker.h"

#define STACK_BYTES	(256 << 10)
/* Long enough for the agent to sample the memory before the first load. */
#define SETTLE_MS	50

/* Shared between all workers, be they threads or processes. */
struct arena {
	_Atomic uint32_t ready;
	_Atomic uint32_t open;
	struct storm_result results[];
};

struct worker {
	const struct storm_job *job;
	struct arena *arena;
	unsigned int index;
	pthread_t thread;
	pid_t pid;
};

/* Returns 0 or -errno. What this takes is the latency of a load. */
static int load(const struct worker *worker)
{
	const struct storm_job *job = worker->job;
	const struct module_file *file = job->file;
	const char *arguments = job->fault ? (const char *)1 : "";
	unsigned char *plain = file->plain;
	size_t len = file->plain_len;
	int error = 0;

	if (job->call != CALL_INIT) {
		int flags = job->call == CALL_FINIT_COMPRESSED ? MODULE_INIT_COMPRESSED_FILE : 0;

		return syscall(SYS_finit_module, job->fds[worker->index], arguments, flags) ?
			-errno : 0;
	}
	if (job->decompress_inside) {
		error = module_decompress(file, &plain, &len);
		if (error)
			return error;
	}
	if (syscall(SYS_init_module, plain, len, arguments))
		error = -errno;
	if (job->decompress_inside)
		free(plain);
	return error;
}

static void note_load(struct storm_result *result, uint64_t latency_ns, int error)
{
	histogram_add(&result->latency, latency_ns);
	if (!error)
		result->successes++;
	else
		result->errors[-error > STORM_ERRNO_MAX ? 0 : -error]++;
}

static void storm(const struct worker *worker)
{
	const struct storm_job *job = worker->job;
	struct storm_result *result = &worker->arena->results[worker->index];
	uint64_t now;

	atomic_fetch_add(&worker->arena->ready, 1);
	while (!atomic_load(&worker->arena->open))
		syscall(SYS_futex, &worker->arena->open, FUTEX_WAIT, 0, NULL, NULL, 0);

	now = clock_ns(CLOCK_MONOTONIC);
	result->started_ns = now;
	do {
		uint64_t before = now;
		int error = load(worker);

		now = clock_ns(CLOCK_MONOTONIC);
		note_load(result, now - before, error);
		if (!job->duration_ns)
			break;
		/* Whoever loaded it: were it left in, all further loads would fail. */
		if (!syscall(SYS_delete_module, job->module, O_NONBLOCK))
			result->unloads++;
		now = clock_ns(CLOCK_MONOTONIC);
	} while (now - result->started_ns < job->duration_ns);
	result->ended_ns = now;
}

static void *thread_main(void *data)
{
	storm(data);
	return NULL;
}

static int start_worker(struct worker *worker)
{
	pthread_attr_t attributes;
	pid_t parent = getpid();
	int error;

	if (!worker->job->processes) {
		pthread_attr_init(&attributes);
		pthread_attr_setstacksize(&attributes, STACK_BYTES);
		error = pthread_create(&worker->thread, &attributes, thread_main, worker);
		pthread_attr_destroy(&attributes);
		return -error;
	}
	worker->pid = fork();
	if (worker->pid < 0)
		return -errno;
	if (worker->pid)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	storm(worker);
	_exit(0);
}

static void open_gate(struct arena *arena)
{
	atomic_store(&arena->open, 1);
	syscall(SYS_futex, &arena->open, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* A worker can only be lost when it is a process. */
static bool any_lost(const struct worker *workers, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (workers[i].pid && waitpid(workers[i].pid, NULL, WNOHANG) > 0)
			return true;
	return false;
}

static bool await_ready(struct arena *arena, const struct worker *workers, unsigned int count)
{
	while (atomic_load(&arena->ready) < count) {
		if (any_lost(workers, count))
			return false;
		sleep_ms(1);
	}
	return true;
}

/* Returns the number of workers that did not end well. */
static unsigned int join_all(const struct worker *workers, unsigned int count)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < count; i++) {
		int status = 0;

		if (!workers[i].pid) {
			pthread_join(workers[i].thread, NULL);
			continue;
		}
		while (waitpid(workers[i].pid, &status, 0) < 0 && errno == EINTR)
			;
		lost += status != 0;
	}
	return lost;
}

static void add_up(struct storm_result *total, const struct arena *arena, unsigned int count)
{
	memset(total, 0, sizeof(*total));
	total->started_ns = UINT64_MAX;
	for (unsigned int i = 0; i < count; i++) {
		const struct storm_result *one = &arena->results[i];

		total->successes += one->successes;
		total->unloads += one->unloads;
		if (one->started_ns < total->started_ns)
			total->started_ns = one->started_ns;
		if (one->ended_ns > total->ended_ns)
			total->ended_ns = one->ended_ns;
		histogram_merge(&total->latency, &one->latency);
		for (unsigned int number = 0; number <= STORM_ERRNO_MAX; number++)
			total->errors[number] += one->errors[number];
	}
}

/* The process ends next, and with it the workers that did begin. */
static bool run_workers(struct worker *workers, struct arena *arena, unsigned int count,
			char *problem, size_t size)
{
	unsigned int lost;

	for (unsigned int i = 0; i < count; i++) {
		int error = start_worker(&workers[i]);

		if (!error)
			continue;
		snprintf(problem, size, "only %u of %u workers could be started: %s", i, count,
			 strerror(-error));
		return false;
	}
	if (!await_ready(arena, workers, count)) {
		snprintf(problem, size, "a worker died before the storm began");
		return false;
	}
	sleep_ms(SETTLE_MS);
	open_gate(arena);
	lost = join_all(workers, count);
	if (lost)
		snprintf(problem, size, "%u of %u workers died in the storm", lost, count);
	return !lost;
}

bool storm_run(const struct storm_job *job, struct storm_result *total, char *problem, size_t size)
{
	size_t bytes = sizeof(struct arena) + job->workers * sizeof(struct storm_result);
	struct worker *workers = calloc(job->workers, sizeof(*workers));
	struct arena *arena = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool good;

	if (!workers || arena == MAP_FAILED) {
		snprintf(problem, size, "no memory for %u workers", job->workers);
		free(workers);
		return false;
	}
	for (unsigned int i = 0; i < job->workers; i++)
		workers[i] = (struct worker){ .job = job, .arena = arena, .index = i };
	good = run_workers(workers, arena, job->workers, problem, size);
	if (good)
		add_up(total, arena, job->workers);
	/* Threads that wait at the gate still use both. */
	if (good) {
		free(workers);
		munmap(arena, bytes);
	}
	return good;
}
