/* SPDX-License-Identifier: MIT */
/* The command line of `load-cost`. */
#ifndef AGENT_LOAD_COST_OPTIONS_H
#define AGENT_LOAD_COST_OPTIONS_H

#include <stdbool.h>

#define LOAD_ROUNDS_MAX 1000

struct load_cost_options {
	const char *module;
	/* NULL for that of the running kernel. */
	const char *folder;
	const char *arguments;
	const char *output;
	/* NULL if not wanted. */
	const char *samples;
	unsigned long rounds;
	unsigned long memory_rounds;
	bool kernel_decompresses;
	bool finit;
};

/* Returns false, after a message on standard error, if they are invalid. */
bool load_cost_options_read(struct load_cost_options *options, int argc, char **argv);

#endif
