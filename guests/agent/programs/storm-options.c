// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "common/complain.h"
#include "common/option.h"
#include "programs/storm-options.h"

#define DURATION_MAX_MS 86400000UL

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
	MODULE,
	WORKERS,
	KIND,
	INODE,
	MODE,
	DURATION,
	DECOMPRESS,
	CALL,
	INSIDE,
	FAULT,
	MODULES,
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
	{},
};

static bool read_option(int option, const char *value, void *data)
{
	struct storm_options *options = data;

	switch (option) {
	case MODULE:
		options->module = value;
		return *value ? true : complain("the name of the module is empty");
	case WORKERS:
		return option_number(&options->workers, value, 1, STORM_WORKERS_MAX);
	case KIND:
		return option_word(&options->processes, value, "thread", "process");
	case INODE:
		return option_word(&options->own_inode, value, "same", "own");
	case MODE:
		return option_word(&options->loop, value, "once", "loop");
	case DURATION:
		return option_number(&options->duration_ms, value, 1, DURATION_MAX_MS);
	case DECOMPRESS:
		return option_word(&options->kernel_decompresses, value, "user", "kernel");
	case CALL:
		return option_word(&options->finit, value, "init", "finit");
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

static bool read_all(struct storm_options *options, int argc, char **argv)
{
	if (!options_read(argc, argv, option_names, read_option, options))
		return false;
	if (!options->module)
		return complain("--module is missing");
	if (options->fault && options->loop)
		return complain("--fault requires --mode once, as no load succeeds");
	return true;
}

bool storm_options_read(struct storm_options *options, int argc, char **argv)
{
	*options = (struct storm_options){ .workers = 1, .duration_ms = 1000 };
	if (read_all(options, argc, argv))
		return true;
	fputs(usage, stderr);
	return false;
}
