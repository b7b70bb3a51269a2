/* SPDX-License-Identifier: MIT */
/* The command line of `load-cost`. */
#ifndef AGENT_LOAD_COST_OPTIONS_H
#define AGENT_LOAD_COST_OPTIONS_H

#include <stdbool.h>

#define LOAD_ROUNDS_MAX 1000

struct load_cost_options {
	const char *module;
	/* NULL for that of the kernel that runs. */
	const char *folder;
	const char *arguments;
	const char *output;
	/* NULL when they are not wanted. */
	const char *samples;
	unsigned long rounds;
	unsigned long memory_rounds;
	bool kernel_decompresses;
	bool finit;
};

/* False, after a message on standard error, when they are wrong. */
bool load_cost_options_read(struct load_cost_options *options, int argc, char **argv);

#endif
