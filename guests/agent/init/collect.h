/* SPDX-License-Identifier: MIT */
/* Reads and sends the counters, the stats text and result files. */
#ifndef AGENT_COLLECT_H
#define AGENT_COLLECT_H

#include "channel/frame.h"

/*
 * Sends all of /sys/kernel/debug/modules: single counters first, the stats text
 * last, because reading it may WARN. @moment is before or after.
 */
void send_counters(struct channel *ch, const char *moment);

/* Writes the stats text to the console, for users who pasted the command line. */
void show_stats(void);

/* Sends a file in parts; for a file that cannot be read, sends a note. */
void send_file(struct channel *ch, const char *path);

#endif
