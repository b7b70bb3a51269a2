/* SPDX-License-Identifier: MIT */
/* Programs started by the agent, each in its own process group. */
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
	/* Read ends of its output, non-blocking. */
	int out;
	int err;
	uint64_t started;
};

struct ending {
	bool timed_out;
	/* KILL did not end it: it hangs in the kernel. */
	bool stuck;
	int status;
	uint64_t wall_ns;
	struct rusage usage;
};

/*
 * Starts @argv, which is searched for in the usual folders, with @env added to a
 * small fixed environment. Returns 0 or -errno, including errors of execve() in
 * the child.
 */
int process_start(struct process *process, const struct list *argv, const struct list *env);

/*
 * Waits for it to end, and reaps orphans meanwhile. @deadline_ns after its start
 * the group gets TERM, two seconds later KILL, and another five seconds later
 * waiting stops; 0 waits forever.
 */
void process_wait(struct process *process, uint64_t deadline_ns, struct ending *ending);

/*
 * Runs @argv to completion and stores the beginning of its output in @text.
 * Returns its wait status or -errno.
 */
int process_capture(const struct list *argv, char *text, size_t size);

#endif
