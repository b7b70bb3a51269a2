// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/root.h"
#include "init/processors.h"
#include "init/system.h"

void processors_bring_up(uint64_t wanted)
{
	/* CPU 0 is always online and may have no such file. */
	for (uint64_t cpu = 1; cpu < wanted; cpu++) {
		char path[64];
		char state[8];
		int error;

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%" PRIu64 "/online", cpu);
		/* No file means no such CPU, nor any after it. */
		if (root_read_line(path, state, sizeof(state)) < 0)
			return;
		if (strcmp(state, "0") != 0)
			continue;
		error = root_write(path, "1");
		if (error)
			console("cannot bring CPU %" PRIu64 " up: %s", cpu, strerror(-error));
	}
}
