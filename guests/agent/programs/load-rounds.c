// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/complain.h"
#include "programs/load-rounds.h"

static bool decompress(const struct module_file *file, uint64_t *ns)
{
	uint64_t before = clock_ns(CLOCK_MONOTONIC_RAW);
	unsigned char *plain;
	size_t length;
	int error = module_decompress(file, &plain, &length);

	*ns = clock_ns(CLOCK_MONOTONIC_RAW) - before;
	if (error)
		return complain("cannot decompress %s: %s", file->path, strerror(-error));
	free(plain);
	return true;
}

/* Returns 0 or -errno. */
static int load(const struct load_job *job, uint64_t *ns)
{
	const struct module_file *file = job->file;
	uint64_t before = clock_ns(CLOCK_MONOTONIC_RAW);
	int error = module_load(job->call, job->fd, file->plain, file->plain_len, job->arguments);

	*ns = clock_ns(CLOCK_MONOTONIC_RAW) - before;
	return error;
}

bool round_load(const struct load_job *job, const struct load_watch *watch,
		struct round_times *times)
{
	const struct module_file *file = job->file;
	bool in_user_space = file->algorithm && job->call != CALL_FINIT_COMPRESSED;
	int error;

	if (in_user_space && !decompress(file, &times->ns[OPERATION_DECOMPRESS]))
		return false;
	if (watch)
		watch->begin(watch->data);
	error = load(job, &times->ns[OPERATION_LOAD]);
	if (watch)
		watch->end(watch->data);
	if (error)
		return complain("cannot load %s: %s", file->name, strerror(-error));
	error = load(job, &times->ns[OPERATION_DUPLICATE]);
	if (error != -EEXIST)
		return complain("a duplicate load of %s ended with: %s", file->name,
				strerror(-error));
	return true;
}

bool round_unload(struct load_job *job, struct round_times *times)
{
	uint64_t before = clock_ns(CLOCK_MONOTONIC_RAW);
	long failed = syscall(SYS_delete_module, job->file->name, O_NONBLOCK);

	times->ns[OPERATION_UNLOAD] = clock_ns(CLOCK_MONOTONIC_RAW) - before;
	if (failed)
		return complain("cannot unload %s: %s", job->file->name, strerror(errno));
	job->rounds++;
	return true;
}
