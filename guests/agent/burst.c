// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "burst.h"
#include "clock.h"
#include "crowd.h"
#include "storm-module.h"
#include "tally.h"

#define BURST_MAX	1024

static struct {
	const char *module;
	const char *error;
	const char *output;
	unsigned long loads;
	unsigned long delay_ms;
	bool own_inode;
	char arguments[64];
	struct module_file file;
	int fds[BURST_MAX];
	int errors[BURST_MAX];
	uint64_t ended_ns[BURST_MAX];
} job = { .error = "ENODEV", .loads = 1 };

static const char usage[] =
"usage: burst --module NAME --output FILE [options]\n"
"  --loads N         1 to 1024 threads with a load each (1)\n"
"  --inode WHICH     same, which kernels from 6.5 on merge, or own (same)\n"
"  --error NAME      what init shall return, for a module with a parameter error (ENODEV)\n"
"  --delay-ms N      how long init shall take, for one with a parameter delay_ms (0)\n";

static const struct option option_names[] = {
	{ "module", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "loads", required_argument, NULL, 'n' },
	{ "inode", required_argument, NULL, 'i' },
	{ "error", required_argument, NULL, 'e' },
	{ "delay-ms", required_argument, NULL, 'd' },
	{ }
};

static bool read_options(int argc, char **argv)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", option_names, NULL)) != -1) {
		if (option == 'm')
			job.module = optarg;
		else if (option == 'o')
			job.output = optarg;
		else if (option == 'n')
			job.loads = strtoul(optarg, NULL, 10);
		else if (option == 'i')
			job.own_inode = !strcmp(optarg, "own");
		else if (option == 'e')
			job.error = optarg;
		else if (option == 'd')
			job.delay_ms = strtoul(optarg, NULL, 10);
		else
			return false;
	}
	return job.module && job.output && job.loads >= 1 && job.loads <= BURST_MAX;
}

static bool complain(const char *text)
{
	fprintf(stderr, "burst: %s\n", text);
	return false;
}

/* As modinfo lists them: the kernel warns of parameters that a module does not have. */
static bool takes(const char *parameter)
{
	return memmem(job.file.plain, job.file.plain_len, parameter, strlen(parameter));
}

static bool choose_arguments(void)
{
	int number = errno_of_name(job.error, strlen(job.error));

	if (!number)
		return complain("there is no such errno");
	if (takes("parmtype=error:int"))
		snprintf(job.arguments, sizeof(job.arguments), "error=-%d", number);
	if (takes("parmtype=delay_ms:uint")) {
		size_t len = strlen(job.arguments);

		snprintf(job.arguments + len, sizeof(job.arguments) - len, " delay_ms=%lu",
			 job.delay_ms);
	}
	return true;
}

/* The kernel reads no module that somebody could still write. */
static int reopen(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int open_copy(void)
{
	int writer = memfd_create("burst", MFD_CLOEXEC);
	size_t done = 0;
	int fd;

	while (writer >= 0 && done < job.file.plain_len) {
		ssize_t put = write(writer, job.file.plain + done, job.file.plain_len - done);

		if (put < 0)
			break;
		done += put;
	}
	fd = done == job.file.plain_len ? reopen(writer) : -1;
	if (writer >= 0)
		close(writer);
	return fd;
}

static bool open_files(void)
{
	struct rlimit limit = { BURST_MAX + 64, BURST_MAX + 64 };

	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned long i = 0; i < job.loads; i++) {
		job.fds[i] = i && !job.own_inode ? reopen(job.fds[0]) : open_copy();
		if (job.fds[i] < 0) {
			fprintf(stderr, "burst: cannot copy the module: %s\n", strerror(errno));
			return false;
		}
	}
	return true;
}

static void load(unsigned int index, void *data)
{
	(void)data;
	job.errors[index] = syscall(SYS_finit_module, job.fds[index], job.arguments, 0) ?
		-errno : 0;
	job.ended_ns[index] = clock_ns(CLOCK_MONOTONIC);
}

static int by_time(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* How long after the release k of the calls had returned. */
static void print_times(FILE *out, uint64_t released_ns)
{
	static const struct {
		const char *name;
		unsigned int quarters;
	} marks[] = {
		{ "first", 0 }, { "quarter", 1 }, { "half", 2 }, { "three_quarters", 3 }, { "last", 4 },
	};

	qsort(job.ended_ns, job.loads, sizeof(*job.ended_ns), by_time);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		unsigned long k = (job.loads * marks[i].quarters + 3) / 4;

		fprintf(out, "done_%s_ns %" PRIu64 "\n", marks[i].name,
			job.ended_ns[k ? k - 1 : 0] - released_ns);
	}
}

static bool write_result(uint64_t released_ns)
{
	FILE *out = fopen(job.output, "we");
	struct tally tally = { };

	for (unsigned long i = 0; i < job.loads; i++)
		tally_add(&tally, job.errors[i]);
	if (out) {
		tally_print(out, &tally, "EEXIST EBUSY ENODEV ENOMEM EINVAL EINTR");
		print_times(out, released_ns);
		fprintf(out, "module_bytes %zu\n", job.file.plain_len);
	}
	if (out && !ferror(out) && !fclose(out))
		return true;
	fprintf(stderr, "burst: cannot write %s: %s\n", job.output, strerror(errno));
	return false;
}

static bool run_burst(void)
{
	char problem[PATH_MAX + 256], folder[PATH_MAX];
	struct utsname names;
	uint64_t released_ns;
	int error;

	uname(&names);
	snprintf(folder, sizeof(folder), "/lib/modules/%s", names.release);
	if (!module_read(&job.file, folder, job.module, problem, sizeof(problem)))
		return complain(problem);
	if (!choose_arguments() || !open_files())
		return false;
	error = crowd_run(job.loads, load, NULL, &released_ns);
	if (error)
		return complain(strerror(-error));
	return write_result(released_ns);
}

int burst_main(int argc, char **argv)
{
	if (!read_options(argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	return run_burst() ? 0 : 1;
}
