// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "coldplug.h"

#define UDEVD	"/usr/lib/systemd/systemd-udevd"
#define UDEVADM	"/usr/bin/udevadm"

struct coldplug_options {
	/* For udevd, as one word. */
	char workers[32];
	const char *output;
};

static const char usage[] =
"usage: coldplug [--workers N] --output FILE\n"
"  --workers N     of udevd; 0 is its own choice, by memory and CPUs (0)\n"
"  --output FILE   where to write `name value` lines\n";

static const struct option option_names[] = {
	{ "workers", required_argument, NULL, 'w' },
	{ "output", required_argument, NULL, 'o' },
	{ }
};

/* Runs a program to its end. False, and said why, unless it ends well. */
static bool run(const char *const argv[])
{
	pid_t pid;
	int status;
	int error = posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);

	if (error) {
		fprintf(stderr, "coldplug: %s: %s\n", argv[0], strerror(error));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR) {
			fprintf(stderr, "coldplug: %s: %s\n", argv[0], strerror(errno));
			return false;
		}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	fprintf(stderr, "coldplug: %s %s ended with %s %d\n", argv[0], argv[1] ? argv[1] : "",
		WIFEXITED(status) ? "status" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return false;
}

/* Lines of /proc/modules: what is loaded now. */
static long count_modules(void)
{
	FILE *file = fopen("/proc/modules", "re");
	long lines = 0;
	int letter;

	if (!file)
		return -1;
	while ((letter = getc(file)) != EOF)
		lines += letter == '\n';
	fclose(file);
	return lines;
}

static bool write_results(const char *path, uint64_t trigger_ns, uint64_t settle_ns,
			  long modules)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file) {
		fprintf(stderr, "coldplug: %s: %s\n", path, strerror(errno));
		return false;
	}
	fprintf(file, "trigger_ns %" PRIu64 "\nsettle_ns %" PRIu64 "\nmodules_present %ld\n",
		trigger_ns, settle_ns, modules);
	good = !ferror(file);
	return !fclose(file) && good;
}

static bool plug(const struct coldplug_options *options)
{
	const char *const daemon[] = { UDEVD, "--daemon", options->workers, NULL };
	const char *const subsystems[] = {
		UDEVADM, "trigger", "--type=subsystems", "--action=add", NULL
	};
	const char *const devices[] = {
		UDEVADM, "trigger", "--type=devices", "--action=add", NULL
	};
	/* Whoever started this has a deadline of its own. */
	const char *const settle[] = { UDEVADM, "settle", "--timeout=86400", NULL };
	uint64_t start, triggered, settled;
	long before = count_modules();
	long after;

	if (!run(daemon))
		return false;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!run(subsystems) || !run(devices))
		return false;
	triggered = clock_ns(CLOCK_MONOTONIC);
	if (!run(settle))
		return false;
	settled = clock_ns(CLOCK_MONOTONIC);
	after = count_modules();
	if (after <= before) {
		fputs("coldplug: udevd loaded not one module: nothing was measured\n", stderr);
		return false;
	}
	return write_results(options->output, triggered - start, settled - start, after);
}

int coldplug_main(int argc, char **argv)
{
	struct coldplug_options options = { .workers = "--children-max=0" };
	int option;

	while ((option = getopt_long(argc, argv, "", option_names, NULL)) != -1) {
		if (option == 'w')
			snprintf(options.workers, sizeof(options.workers), "--children-max=%lu",
				 strtoul(optarg, NULL, 10));
		else if (option == 'o')
			options.output = optarg;
		else
			break;
	}
	if (option != -1 || optind != argc || !options.output) {
		fputs(usage, stderr);
		return 2;
	}
	return plug(&options) ? 0 : 1;
}
