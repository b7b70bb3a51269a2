// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "storm.h"
#include "storm-worker.h"

#define WORKERS_MAX	1024
#define DURATION_MAX_MS	86400000UL
/* Where copies lie while they are made: memory, not the initramfs. */
#define COPY_PATH	"/run/storm.ko"

struct storm_options {
	const char *module;
	const char *folder;
	const char *output;
	unsigned long workers;
	unsigned long duration_ms;
	bool processes;
	bool own_inode;
	bool loop;
	bool kernel_decompresses;
	bool finit;
	bool decompress_inside;
	bool fault;
};

/* Those that a workload declares as metrics; others count as errno_other. */
static const struct {
	int number;
	const char *name;
} told_errors[] = {
	{ EEXIST, "EEXIST" }, { EBUSY, "EBUSY" }, { ENOMEM, "ENOMEM" }, { EINTR, "EINTR" },
	{ EINVAL, "EINVAL" }, { ENOENT, "ENOENT" }, { ENOEXEC, "ENOEXEC" }, { EFAULT, "EFAULT" },
};

static const char usage[] =
"usage: storm --module NAME [options]\n"
"  --workers N           1 to 1024 (1)\n"
"  --kind WHAT           thread or process (thread)\n"
"  --inode WHICH         same, which kernels from 6.5 on merge, or own (same)\n"
"  --mode HOW            once, or loop: load and unload for --duration-ms (once)\n"
"  --duration-ms N       for loop (1000)\n"
"  --decompress WHO      user or kernel (user)\n"
"  --call NAME           init or finit, for what user space decompressed (init)\n"
"  --decompress-inside   every load decompresses for itself, and that is measured\n"
"  --fault               arguments that cannot be read: every load fails late\n"
"  --modules DIR         folder with modules.dep (/lib/modules/RELEASE)\n"
"  --output FILE         where to write `name value` lines (standard output)\n";

enum option_name {
	MODULE, WORKERS, KIND, INODE, MODE, DURATION, DECOMPRESS, CALL, INSIDE, FAULT, MODULES,
	OUTPUT,
};

static const struct option option_names[] = {
	{ "module", required_argument, NULL, MODULE },
	{ "workers", required_argument, NULL, WORKERS },
	{ "kind", required_argument, NULL, KIND },
	{ "inode", required_argument, NULL, INODE },
	{ "mode", required_argument, NULL, MODE },
	{ "duration-ms", required_argument, NULL, DURATION },
	{ "decompress", required_argument, NULL, DECOMPRESS },
	{ "call", required_argument, NULL, CALL },
	{ "decompress-inside", no_argument, NULL, INSIDE },
	{ "fault", no_argument, NULL, FAULT },
	{ "modules", required_argument, NULL, MODULES },
	{ "output", required_argument, NULL, OUTPUT },
	{ }
};

static bool complain(const char *text)
{
	fprintf(stderr, "storm: %s\n", text);
	return false;
}

/* Whether @value is the second of two words. */
static bool read_word(bool *second, const char *value, const char *one, const char *other)
{
	*second = !strcmp(value, other);
	if (*second || !strcmp(value, one))
		return true;
	fprintf(stderr, "storm: `%s` is neither %s nor %s\n", value, one, other);
	return false;
}

static bool read_number(unsigned long *number, const char *value, unsigned long most)
{
	char *end;

	errno = 0;
	*number = strtoul(value, &end, 10);
	if (!errno && !*end && *value >= '0' && *value <= '9' && *number >= 1 && *number <= most)
		return true;
	fprintf(stderr, "storm: `%s` is no number from 1 to %lu\n", value, most);
	return false;
}

static bool read_option(struct storm_options *options, int option, const char *value)
{
	switch (option) {
	case MODULE:
		options->module = value;
		return *value ? true : complain("the name of the module is empty");
	case WORKERS:
		return read_number(&options->workers, value, WORKERS_MAX);
	case KIND:
		return read_word(&options->processes, value, "thread", "process");
	case INODE:
		return read_word(&options->own_inode, value, "same", "own");
	case MODE:
		return read_word(&options->loop, value, "once", "loop");
	case DURATION:
		return read_number(&options->duration_ms, value, DURATION_MAX_MS);
	case DECOMPRESS:
		return read_word(&options->kernel_decompresses, value, "user", "kernel");
	case CALL:
		return read_word(&options->finit, value, "init", "finit");
	case INSIDE:
		options->decompress_inside = true;
		return true;
	case FAULT:
		options->fault = true;
		return true;
	case MODULES:
		options->folder = value;
		return true;
	case OUTPUT:
		options->output = value;
		return true;
	default:
		return false;
	}
}

static bool read_options(struct storm_options *options, int argc, char **argv)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", option_names, NULL)) != -1)
		if (!read_option(options, option, optarg))
			return false;
	if (optind < argc)
		return complain("it takes options only");
	if (!options->module)
		return complain("there is no --module");
	if (options->fault && options->loop)
		return complain("with --fault nothing is ever loaded: it goes with --mode once only");
	return true;
}

/* The kernel knows one algorithm, and takes the rest for damaged files. */
static bool check_kernel(const struct module_file *file)
{
	char known[32] = "";
	FILE *list = fopen("/sys/module/compression", "re");

	if (!list)
		return complain("this kernel cannot decompress modules (CONFIG_MODULE_DECOMPRESS)");
	if (!fgets(known, sizeof(known), list))
		known[0] = '\0';
	fclose(list);
	known[strcspn(known, "\n")] = '\0';
	if (!strcmp(known, file->algorithm))
		return true;
	fprintf(stderr, "storm: this kernel decompresses %s, and %s is %s\n", known, file->path,
		file->algorithm);
	return false;
}

static bool choose_call(struct storm_job *job, const struct storm_options *options)
{
	const struct module_file *file = job->file;

	job->call = CALL_FINIT;
	if (options->decompress_inside &&
	    (!file->algorithm || options->kernel_decompresses || options->finit))
		return complain("--decompress-inside needs a compressed module, --decompress user "
				"and --call init");
	if (!file->algorithm && options->kernel_decompresses)
		return complain("the module is not compressed: the kernel has nothing to do");
	if (!file->algorithm)
		return true;
	if (options->kernel_decompresses) {
		job->call = CALL_FINIT_COMPRESSED;
		return check_kernel(file);
	}
	if (!options->finit)
		job->call = CALL_INIT;
	return true;
}

/* A file that only its descriptor keeps. */
static int open_copy(const unsigned char *data, size_t len)
{
	int fd = open(COPY_PATH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t done = 0;
	int error = 0;

	if (fd < 0)
		return -errno;
	while (!error && done < len) {
		ssize_t put = write(fd, data + done, len - done);

		if (put >= 0)
			done += put;
		else if (errno != EINTR)
			error = -errno;
	}
	/* The kernel reads no module that somebody could still write. */
	close(fd);
	if (!error) {
		fd = open(COPY_PATH, O_RDONLY | O_CLOEXEC);
		error = fd < 0 ? -errno : fd;
	}
	unlink(COPY_PATH);
	return error;
}

static int reopen(int fd)
{
	char path[64];
	int other;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	other = open(path, O_RDONLY | O_CLOEXEC);
	return other < 0 ? -errno : other;
}

/* Opened before the storm: an open() in it would be measured, and could fail. */
static bool open_files(const struct storm_job *job, bool own_inode, int *fds)
{
	const struct module_file *file = job->file;
	bool stored = job->call == CALL_FINIT_COMPRESSED || !file->algorithm;
	const unsigned char *data = stored ? file->stored : file->plain;
	size_t len = stored ? file->stored_len : file->plain_len;
	struct rlimit limit = { WORKERS_MAX + 64, WORKERS_MAX + 64 };

	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned int i = 0; i < job->workers; i++) {
		fds[i] = i && !own_inode ? reopen(fds[0]) : open_copy(data, len);
		if (fds[i] >= 0)
			continue;
		fprintf(stderr, "storm: cannot make copy %u of %zu bytes in /run: %s\n", i + 1, len,
			strerror(-fds[i]));
		return false;
	}
	return true;
}

static void print_errors(FILE *out, const struct storm_result *result)
{
	uint64_t left[STORM_ERRNO_MAX + 1];
	uint64_t others = 0;

	memcpy(left, result->errors, sizeof(left));
	for (size_t i = 0; i < ARRAY_SIZE(told_errors); i++) {
		fprintf(out, "errno_%s %" PRIu64 "\n", told_errors[i].name,
			left[told_errors[i].number]);
		left[told_errors[i].number] = 0;
	}
	for (int number = 0; number <= STORM_ERRNO_MAX; number++) {
		const char *name = strerrorname_np(number);

		others += left[number];
		if (left[number])
			fprintf(stderr, "storm: %s %" PRIu64 " times\n",
				number && name ? name : "an unknown error", left[number]);
	}
	fprintf(out, "errno_other %" PRIu64 "\n", others);
}

static void print_result(FILE *out, const struct storm_job *job, const struct storm_result *result)
{
	const struct histogram *latency = &result->latency;

	fprintf(out, "attempts %" PRIu64 "\nsuccesses %" PRIu64 "\nunloads %" PRIu64 "\n",
		latency->count, result->successes, result->unloads);
	print_errors(out, result);
	fprintf(out, "latency_min_ns %" PRIu64 "\nlatency_median_ns %" PRIu64
		"\nlatency_p99_ns %" PRIu64 "\nlatency_max_ns %" PRIu64 "\n", latency->min,
		histogram_quantile(latency, 500), histogram_quantile(latency, 990), latency->max);
	fprintf(out, "storm_ns %" PRIu64 "\nmodule_bytes %zu\nstored_bytes %zu\n",
		result->ended_ns - result->started_ns, job->file->plain_len,
		job->file->stored_len);
	fprintf(out, "window_start_ns %" PRIu64 "\nwindow_end_ns %" PRIu64 "\n",
		result->started_ns, result->ended_ns);
}

static bool write_result(const char *output, const struct storm_job *job,
			 const struct storm_result *result)
{
	FILE *out = output ? fopen(output, "we") : stdout;

	if (!out || (print_result(out, job, result), fflush(out))) {
		fprintf(stderr, "storm: cannot write %s: %s\n", output, strerror(errno));
		return false;
	}
	if (output)
		fclose(out);
	return true;
}

static bool run_storm(const struct storm_options *options, struct module_file *file, int *fds)
{
	static struct storm_result result;
	char problem[PATH_MAX + 256];
	char folder[PATH_MAX], name[PATH_MAX];
	struct utsname names;
	struct storm_job job = {
		.module = name, .file = file, .fds = fds, .fault = options->fault,
		.processes = options->processes, .workers = options->workers,
		.decompress_inside = options->decompress_inside,
		.duration_ns = options->loop ? options->duration_ms * NS_PER_MS : 0,
	};

	uname(&names);
	snprintf(folder, sizeof(folder), "/lib/modules/%s", names.release);
	snprintf(name, sizeof(name), "%s", options->module);
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	if (!module_read(file, options->folder ? options->folder : folder, options->module, problem,
			 sizeof(problem)))
		return complain(problem);
	if (!choose_call(&job, options))
		return false;
	if (job.call != CALL_INIT && !open_files(&job, options->own_inode, fds))
		return false;
	if (!storm_run(&job, &result, problem, sizeof(problem)))
		return complain(problem);
	if (!write_result(options->output, &job, &result))
		return false;
	if (options->fault || result.successes)
		return true;
	return complain("no load succeeded");
}

int storm_main(int argc, char **argv)
{
	static struct module_file file;
	static int fds[WORKERS_MAX];
	struct storm_options options = { .workers = 1, .duration_ms = 1000 };

	if (!read_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	return run_storm(&options, &file, fds) ? 0 : 1;
}
