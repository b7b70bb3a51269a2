/* SPDX-License-Identifier: MIT */
/* The command line of `storm`. */
#ifndef AGENT_STORM_OPTIONS_H
#define AGENT_STORM_OPTIONS_H

#include <stdbool.h>

#define STORM_WORKERS_MAX 1024

struct storm_options {
	const char *module;
	/* NULL for that of the running kernel. */
	const char *folder;
	/* NULL for standard output. */
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

/* Returns false, after a message on standard error, if they are invalid. */
bool storm_options_read(struct storm_options *options, int argc, char **argv);

#endif
