// SPDX-License-Identifier: MIT
/* Drives lib/test_kmod.c through sysfs, as tools/testing/selftests/kmod/kmod.sh does. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/complain.h"
#include "common/result-file.h"
#include "programs/autoload.h"

#define DEVICE "/sys/devices/virtual/misc/test_kmod0/"

/* Without a newline, which the driver would take as part of the name. */
static bool put(const char *file, const char *value)
{
	char path[256];
	int fd;
	ssize_t put;

	snprintf(path, sizeof(path), DEVICE "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	put = fd < 0 ? -1 : write(fd, value, strlen(value));
	if (put < 0)
		complain("cannot write `%s` to %s: %s%s", value, path, strerror(errno),
			 errno == ENOENT ? " (is test_kmod loaded?)" : "");
	if (fd >= 0)
		close(fd);
	return put >= 0;
}

static bool read_result(int *result)
{
	FILE *file = fopen(DEVICE "test_result", "re");
	bool good = file && fscanf(file, "%d", result) == 1;

	if (file)
		fclose(file);
	if (!good)
		complain("cannot read " DEVICE "test_result");
	return good;
}

/* The result of request_module(): modprobe's wait status, or -errno. */
static void explain(int result, const char *name)
{
	if (result == 256)
		complain("test_kmod says 256: modprobe did not load %s", name);
	else if (result < 0)
		complain("test_kmod says %d for %s: %s", result, name, strerror(-result));
	else
		complain("test_kmod says %d for %s", result, name);
}

int autoload_main(int argc, char **argv)
{
	bool fs = argc == 6 && !strcmp(argv[1], "get_fs_type");
	const char *name, *output;
	uint64_t before, after;
	FILE *out;
	int result;

	if (argc != 6 || (!fs && strcmp(argv[1], "request_module") != 0)) {
		fprintf(stderr, "usage: autoload request_module|get_fs_type DRIVER FILE-SYSTEM "
				"THREADS OUTPUT\n");
		return 2;
	}
	name = argv[fs ? 3 : 2];
	output = argv[5];
	if (!put("reset", "1") || !put("config_test_case", fs ? "2" : "1") ||
	    !put(fs ? "config_test_fs" : "config_test_driver", name) ||
	    !put("config_num_threads", argv[4]))
		return 1;
	before = clock_ns(CLOCK_MONOTONIC);
	/* Returns when the last thread has ended. */
	if (!put("trigger_config", "1"))
		return 1;
	after = clock_ns(CLOCK_MONOTONIC);
	if (!read_result(&result))
		return 1;
	out = result_file_open(output);
	if (!out)
		return 1;
	fprintf(out, "test_result %d\nautoload_ns %" PRIu64 "\n", result, after - before);
	if (!result_file_close(out, output))
		return 1;
	if (result)
		explain(result, name);
	return result ? 1 : 0;
}
