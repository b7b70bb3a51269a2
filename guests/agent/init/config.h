/* SPDX-License-Identifier: MIT */
/*
 * /etc/modstorm.conf: `key=value` lines and `#` comments; keys that may be
 * repeated keep their order. `modstorm.KEY=value` on the kernel command line
 * overrides the file, so that one image serves many trials.
 */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_PATH "/etc/modstorm.conf"
#define CONFIG_FILE_MAX 65536
#define CONFIG_LIST_MAX 255

/* A list for execve(): always terminated by NULL. */
struct list {
	const char *items[CONFIG_LIST_MAX + 1];
	size_t count;
};

struct config {
	char text[CONFIG_FILE_MAX];
	char command_line[8192];
	const char *trial;
	uint64_t vcpus;
	uint64_t deadline_ns;
	uint64_t sample_ns;
	bool versioned;
	/* There is no host: the user pasted a line of `plan --dry-run`. */
	bool alone;
	/* The command line has started the tracer. */
	bool trace;
	struct list require;
	struct list early;
	struct list load;
	struct list run;
	struct list env;
	struct list result;
};

/*
 * Reads the file, then the command line. If either is invalid, returns false
 * with the reason and line number in @problem.
 */
bool config_read(struct config *config, const char *path, char *problem, size_t size);

#endif
