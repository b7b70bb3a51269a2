// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/complain.h"
#include "common/errno-counts.h"
#include "common/module-copy.h"
#include "common/module-file.h"
#include "common/numbers.h"
#include "common/option.h"
#include "common/result-file.h"
#include "common/workers.h"
#include "programs/burst.h"

#define BURST_MAX 1024
#define DELAY_MAX_MS 3600000UL

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

/* Declared as metrics in guests/workloads/failing-init.yaml. */
static const char reported_errors[] = "EEXIST EBUSY ENODEV ENOMEM EINVAL EINTR";

static const char usage[] =
	"usage: burst --module NAME --output FILE [options]\n"
	"  --loads N         1 to 1024 threads with a load each (1)\n"
	"  --inode WHICH     same, which kernels from 6.5 on merge, or own (same)\n"
	"  --error NAME      what init returns, for a module with a parameter `error` (ENODEV)\n"
	"  --delay-ms N      how long init takes, for a module with a parameter `delay_ms` (0)\n";

static const struct option option_names[] = {
	{ "module", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "loads", required_argument, NULL, 'n' },
	{ "inode", required_argument, NULL, 'i' },
	{ "error", required_argument, NULL, 'e' },
	{ "delay-ms", required_argument, NULL, 'd' },
	{},
};

static bool read_option(int option, const char *value, void *data)
{
	(void)data;
	switch (option) {
	case 'm':
		job.module = value;
		return true;
	case 'o':
		job.output = value;
		return true;
	case 'n':
		return option_number(&job.loads, value, 1, BURST_MAX);
	case 'i':
		return option_word(&job.own_inode, value, "same", "own");
	case 'e':
		job.error = value;
		return true;
	case 'd':
		return option_number(&job.delay_ms, value, 0, DELAY_MAX_MS);
	default:
		return false;
	}
}

/* As listed by modinfo: the kernel warns about parameters that a module does not have. */
static bool takes(const char *parameter)
{
	return memmem(job.file.plain, job.file.plain_len, parameter, strlen(parameter));
}

static bool choose_arguments(void)
{
	int number = errno_of_name(job.error, strlen(job.error));

	if (!number)
		return complain("unknown errno");
	if (takes("parmtype=error:int"))
		snprintf(job.arguments, sizeof(job.arguments), "error=-%d", number);
	if (takes("parmtype=delay_ms:uint")) {
		size_t len = strlen(job.arguments);

		snprintf(job.arguments + len, sizeof(job.arguments) - len, " delay_ms=%lu",
			 job.delay_ms);
	}
	return true;
}

static void load(unsigned int index, void *data)
{
	(void)data;
	job.errors[index] =
		syscall(SYS_finit_module, job.fds[index], job.arguments, 0) ? -errno : 0;
	job.ended_ns[index] = clock_ns(CLOCK_MONOTONIC);
}

/* The time from the release until @k of the calls had returned. */
static void print_times(FILE *out, uint64_t released_ns)
{
	static const struct {
		const char *name;
		unsigned int quarters;
	} marks[] = {
		{ "first", 0 },		 { "quarter", 1 }, { "half", 2 },
		{ "three_quarters", 3 }, { "last", 4 },
	};

	numbers_sort(job.ended_ns, job.loads);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		unsigned long k = (job.loads * marks[i].quarters + 3) / 4;

		fprintf(out, "done_%s_ns %" PRIu64 "\n", marks[i].name,
			job.ended_ns[k ? k - 1 : 0] - released_ns);
	}
}

static bool write_result(uint64_t released_ns)
{
	FILE *out = result_file_open(job.output);
	struct errno_counts counts = {};

	if (!out)
		return false;
	for (unsigned long i = 0; i < job.loads; i++)
		errno_counts_add(&counts, job.errors[i]);
	errno_counts_print(out, &counts, reported_errors);
	print_times(out, released_ns);
	fprintf(out, "module_bytes %zu\n", job.file.plain_len);
	return result_file_close(out, job.output);
}

static bool run_burst(void)
{
	struct worker_group group = { .count = job.loads, .work = load };
	uint64_t released_ns;

	if (!module_read(&job.file, NULL, job.module) || !choose_arguments() ||
	    !module_copies_open(job.fds, job.loads, job.own_inode, job.file.plain,
				job.file.plain_len) ||
	    !workers_run(&group, &released_ns))
		return false;
	return write_result(released_ns);
}

int burst_main(int argc, char **argv)
{
	if (!options_read(argc, argv, option_names, read_option, NULL) || !job.module ||
	    !job.output) {
		fputs(usage, stderr);
		return 2;
	}
	return run_burst() ? 0 : 1;
}
