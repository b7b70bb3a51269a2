// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/command.h"
#include "common/complain.h"
#include "common/loaded-modules.h"
#include "common/result-file.h"
#include "programs/modules-load.h"

#define MODULES_LOAD "/usr/lib/systemd/systemd-modules-load"
#define LIST_FOLDER "/run/modules-load.d"
#define LIST_FILE LIST_FOLDER "/modstorm.conf"

/* Writes the names in @modules one per line, as in modules-load.d(5). */
static bool write_list(const char *modules)
{
	FILE *list;

	if (mkdir(LIST_FOLDER, 0755) && errno != EEXIST)
		return complain("cannot make %s: %s", LIST_FOLDER, strerror(errno));
	list = result_file_open(LIST_FILE);
	if (!list)
		return false;
	for (const char *letter = modules; *letter; letter++)
		fputc(*letter == ' ' ? '\n' : *letter, list);
	fputc('\n', list);
	return result_file_close(list, LIST_FILE);
}

static bool write_result(const char *path, uint64_t took_ns, long before, long after)
{
	FILE *out = result_file_open(path);

	if (!out)
		return false;
	fprintf(out, "modules_load_ns %" PRIu64 "\nmodules_loaded %ld\n", took_ns, after - before);
	return result_file_close(out, path);
}

/* @argv: threads, names, output. */
static bool run(char **argv)
{
	const char *const program[] = { MODULES_LOAD, NULL };
	long before = loaded_modules_count();
	uint64_t start, end;
	long after;

	if (!write_list(argv[2]))
		return false;
	setenv("SYSTEMD_MODULES_LOAD_NUM_THREADS", argv[1], 1);
	/* Makes it print the number of threads, and the result for each module. */
	setenv("SYSTEMD_LOG_LEVEL", "debug", 1);
	setenv("SYSTEMD_LOG_TARGET", "console", 1);
	start = clock_ns(CLOCK_MONOTONIC);
	if (!command_run(program))
		return false;
	end = clock_ns(CLOCK_MONOTONIC);
	after = loaded_modules_count();
	if (after <= before)
		return complain("no module was loaded: nothing was measured");
	return write_result(argv[3], end - start, before, after);
}

int modules_load_main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: modules-load THREADS \"MODULE ...\" OUTPUT\n");
		return 2;
	}
	return run(argv) ? 0 : 1;
}
