// SPDX-License-Identifier: MIT
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/root.h"
#include "init/modprobe.h"
#include "init/process.h"

void modprobe(const char *module, char *problem, size_t size)
{
	static const char *const places[] = { "/sbin/modprobe", "/usr/sbin/modprobe" };
	struct list argv = { .count = 2 };
	char program[PATH_MAX] = "";
	char printed[2048];
	int status;

	problem[0] = '\0';
	for (size_t i = 0; i < 2 && !program[0]; i++)
		if (root_exists(places[i]))
			root_path(program, places[i]);
	if (!program[0]) {
		snprintf(problem, size, "%s: there is no /sbin/modprobe", module);
		return;
	}
	argv.items[0] = program;
	argv.items[1] = module;
	status = process_capture(&argv, printed, sizeof(printed));
	if (status < 0)
		snprintf(problem, size, "%s: modprobe: %s", module, strerror(-status));
	else if (status)
		snprintf(problem, size, "%s: modprobe ended with %s %d: %s", module,
			 WIFEXITED(status) ? "status" : "signal",
			 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), printed);
}
