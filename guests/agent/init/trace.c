// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/root.h"
#include "init/collect.h"
#include "init/trace.h"

#define FOLDER "/sys/kernel/tracing"

/*
 * A boot opens thousands of files. Only modules are needed, and the devices
 * that udev handles. The command line cannot set a filter.
 */
#define OPENED FOLDER "/events/modstorm/module_open/filter"
#define WANTED "path ~ \"*.ko*\" || path ~ \"/sys/devices/*\" || path ~ \"/run/udev/data/*\""

static void check(struct channel *ch, const char *path, int error)
{
	if (error)
		channel_text(ch, FRAME_NOTE, "TRACE_INCOMPLETE %s: %s", path, strerror(-error));
}

void trace_prepare(struct channel *ch)
{
	if (getpid() == 1 && mount("tracefs", FOLDER, "tracefs", 0, NULL) && errno != EBUSY)
		check(ch, FOLDER, -errno);
	check(ch, OPENED, root_write(OPENED, WANTED));
}

void trace_mark(const char *moment)
{
	char text[64];

	snprintf(text, sizeof(text), "modstorm: %s", moment);
	root_write(FOLDER "/trace_marker", text);
}

void trace_send(struct channel *ch)
{
	check(ch, FOLDER "/tracing_on", root_write(FOLDER "/tracing_on", "0"));
	send_file(ch, FOLDER "/trace");
}
