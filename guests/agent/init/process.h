/* SPDX-License-Identifier: MIT */
/* Programs that the agent starts: each in its own process group. */
#ifndef AGENT_PROCESS_H
#define AGENT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "init/config.h"

struct process {
	pid_t pid;
	/* Reading ends of its output, non-blocking. */
	int out;
	int err;
	uint64_t started;
};

struct ending {
	bool timed_out;
	/* Not even KILL ended it: it hangs in the kernel. */
	bool stuck;
	int status;
	uint64_t wall_ns;
	struct rusage usage;
};

/*
 * Starts @argv, searched in the usual folders, with @env added to a small fixed
 * environment. Returns 0 or -errno, also when execve() failed in the child.
 */
int process_start(struct process *process, const struct list *argv, const struct list *env);

/*
 * Waits for its end and reaps orphans on the way. @deadline_ns after its start
 * the group gets TERM, two seconds later KILL, and five seconds later it is
 * given up; 0 waits for ever.
 */
void process_wait(struct process *process, uint64_t deadline_ns, struct ending *ending);

/*
 * Runs @argv to its end and keeps the head of its output in @text. Returns its
 * wait status or -errno.
 */
int process_capture(const struct list *argv, char *text, size_t size);

#endif
