// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/workers.h"
#include "programs/storm-worker.h"

/* Gives the agent time to sample the memory before the first load. */
#define SETTLE_MS 50

struct storm {
	const struct storm_job *job;
	/* One per worker, in shared memory. */
	struct storm_result *results;
};

/* Returns 0 or -errno. Its duration is the latency of a load. */
static int load(const struct storm_job *job, unsigned int index)
{
	const struct module_file *file = job->file;
	const char *arguments = job->fault ? (const char *)1 : "";
	unsigned char *plain;
	size_t len;
	int error;

	if (!job->decompress_inside)
		return module_load(job->call, job->call == CALL_INIT ? -1 : job->fds[index],
				   file->plain, file->plain_len, arguments);
	error = module_decompress(file, &plain, &len);
	if (error)
		return error;
	error = module_load(job->call, -1, plain, len, arguments);
	free(plain);
	return error;
}

static void work(unsigned int index, void *data)
{
	const struct storm *storm = data;
	const struct storm_job *job = storm->job;
	struct storm_result *result = &storm->results[index];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	result->started_ns = now;
	do {
		uint64_t before = now;
		int error = load(job, index);

		now = clock_ns(CLOCK_MONOTONIC);
		histogram_add(&result->latency, now - before);
		errno_counts_add(&result->counts, error);
		if (!job->duration_ns)
			break;
		/* No matter who loaded it: if it stayed loaded, all further loads would fail. */
		if (!syscall(SYS_delete_module, job->file->name, O_NONBLOCK))
			result->unloads++;
		now = clock_ns(CLOCK_MONOTONIC);
	} while (now - result->started_ns < job->duration_ns);
	result->ended_ns = now;
}

static void add_up(struct storm_result *total, const struct storm_result *results,
		   unsigned int count)
{
	memset(total, 0, sizeof(*total));
	total->started_ns = UINT64_MAX;
	for (unsigned int i = 0; i < count; i++) {
		const struct storm_result *one = &results[i];

		errno_counts_merge(&total->counts, &one->counts);
		total->unloads += one->unloads;
		if (one->started_ns < total->started_ns)
			total->started_ns = one->started_ns;
		if (one->ended_ns > total->ended_ns)
			total->ended_ns = one->ended_ns;
		histogram_merge(&total->latency, &one->latency);
	}
}

bool storm_run(const struct storm_job *job, struct storm_result *total)
{
	size_t bytes = job->workers * sizeof(struct storm_result);
	struct storm storm = { .job = job, .results = shared_memory(bytes) };
	struct worker_group group = {
		.count = job->workers,
		.processes = job->processes,
		.settle_ms = SETTLE_MS,
		.work = work,
		.data = &storm,
	};
	uint64_t released_ns;

	/* Threads waiting at the gate still use the results. */
	if (!storm.results || !workers_run(&group, &released_ns))
		return false;
	add_up(total, storm.results, job->workers);
	munmap(storm.results, bytes);
	return true;
}
