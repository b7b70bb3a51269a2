// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/command.h"
#include "common/complain.h"
#include "common/loaded-modules.h"
#include "common/result-file.h"
#include "programs/coldplug.h"

#define UDEVD "/usr/lib/systemd/systemd-udevd"
#define UDEVADM "/usr/bin/udevadm"

struct coldplug_options {
	/* The option for udevd, as one word. */
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
	{},
};

static bool write_results(const char *path, uint64_t trigger_ns, uint64_t settle_ns, long modules)
{
	FILE *file = result_file_open(path);

	if (!file)
		return false;
	fprintf(file, "trigger_ns %" PRIu64 "\nsettle_ns %" PRIu64 "\nmodules_present %ld\n",
		trigger_ns, settle_ns, modules);
	return result_file_close(file, path);
}

static bool plug(const struct coldplug_options *options)
{
	const char *const daemon[] = { UDEVD, "--daemon", options->workers, NULL };
	const char *const subsystems[] = {
		UDEVADM, "trigger", "--type=subsystems", "--action=add", NULL,
	};
	const char *const devices[] = {
		UDEVADM, "trigger", "--type=devices", "--action=add", NULL,
	};
	/* No timeout: the caller has a deadline of its own. */
	const char *const settle[] = { UDEVADM, "settle", "--timeout=86400", NULL };
	uint64_t start, triggered, settled;
	long before = loaded_modules_count();
	long after;

	if (!command_run(daemon))
		return false;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!command_run(subsystems) || !command_run(devices))
		return false;
	triggered = clock_ns(CLOCK_MONOTONIC);
	if (!command_run(settle))
		return false;
	settled = clock_ns(CLOCK_MONOTONIC);
	after = loaded_modules_count();
	if (after <= before)
		return complain("udevd loaded no module: nothing was measured");
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
