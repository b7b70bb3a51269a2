// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "common/complain.h"
#include "common/option.h"
#include "programs/load-cost-options.h"

static const char usage[] =
	"usage: load-cost --module NAME --output FILE [options]\n"
	"  --arguments TEXT    of the module (none)\n"
	"  --rounds N          1 to 1000 of load, duplicate load, unload (20)\n"
	"  --memory-rounds N   0 to 1000 more, which sample memory (5)\n"
	"  --decompress WHO    user or kernel (user)\n"
	"  --call NAME         init or finit, for what user space decompressed (init)\n"
	"  --modules DIR       folder with modules.dep (/lib/modules/RELEASE)\n"
	"  --samples FILE      where to write the times of every round\n"
	"  --output FILE       where to write `name value` lines\n";

static const struct option option_names[] = {
	{ "module", required_argument, NULL, 'm' },
	{ "arguments", required_argument, NULL, 'a' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "memory-rounds", required_argument, NULL, 'p' },
	{ "decompress", required_argument, NULL, 'd' },
	{ "call", required_argument, NULL, 'c' },
	{ "modules", required_argument, NULL, 'f' },
	{ "samples", required_argument, NULL, 's' },
	{ "output", required_argument, NULL, 'o' },
	{},
};

static bool read_option(int option, const char *value, void *data)
{
	struct load_cost_options *options = data;

	switch (option) {
	case 'm':
		options->module = value;
		return true;
	case 'a':
		options->arguments = value;
		return true;
	case 'r':
		return option_number(&options->rounds, value, 1, LOAD_ROUNDS_MAX);
	case 'p':
		return option_number(&options->memory_rounds, value, 0, LOAD_ROUNDS_MAX);
	case 'd':
		return option_word(&options->kernel_decompresses, value, "user", "kernel");
	case 'c':
		return option_word(&options->finit, value, "init", "finit");
	case 'f':
		options->folder = value;
		return true;
	case 's':
		options->samples = value;
		return true;
	case 'o':
		options->output = value;
		return true;
	default:
		return false;
	}
}

static bool read_all(struct load_cost_options *options, int argc, char **argv)
{
	if (!options_read(argc, argv, option_names, read_option, options))
		return false;
	if (!options->module || !options->output)
		return complain("--%s is missing", options->module ? "output" : "module");
	return true;
}

bool load_cost_options_read(struct load_cost_options *options, int argc, char **argv)
{
	*options = (struct load_cost_options){ .arguments = "", .rounds = 20, .memory_rounds = 5 };
	if (read_all(options, argc, argv))
		return true;
	fputs(usage, stderr);
	return false;
}
