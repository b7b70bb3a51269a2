/* SPDX-License-Identifier: MIT */
/* What is read and sent: counters, the stats text, files. */
#ifndef AGENT_COLLECT_H
#define AGENT_COLLECT_H

#include "channel/frame.h"

/*
 * Sends all of /sys/kernel/debug/modules: the single counters first, the stats
 * text last, because reading that one may WARN. @moment is before or after.
 */
void send_counters(struct channel *ch, const char *moment);

/* Writes the stats text on the console, for a person who pasted the command line. */
void show_stats(void);

/* Sends a file in parts; one that cannot be read becomes a note. */
void send_file(struct channel *ch, const char *path);

#endif
