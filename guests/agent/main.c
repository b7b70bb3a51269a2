// SPDX-License-Identifier: MIT
/*
 * One program with several names, like busybox: the image contains a single
 * static file, and each name is a link to it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "init/agent.h"
#include "programs/autoload.h"
#include "programs/burst.h"
#include "programs/coldplug.h"
#include "programs/load-cost.h"
#include "programs/modules-load.h"
#include "programs/storm.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} applets[] = {
	{ "init", agent_main },
	{ "agent", agent_main },
	{ "agent-sanitized", agent_main },
	{ "autoload", autoload_main },
	{ "autoload-plain", autoload_plain_main },
	{ "burst", burst_main },
	{ "coldplug", coldplug_main },
	{ "load-cost", load_cost_main },
	{ "modules-load", modules_load_main },
	{ "storm", storm_main },
};

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "";

	/* PID 1 is the agent, whatever name the kernel's rdinit= used. */
	if (getpid() == 1)
		return agent_main(argc, argv);
	for (size_t i = 0; i < ARRAY_SIZE(applets); i++)
		if (!strcmp(name, applets[i].name))
			return applets[i].main(argc, argv);
	fprintf(stderr, "modstorm: unknown program name `%s`\n", name);
	return 2;
}
