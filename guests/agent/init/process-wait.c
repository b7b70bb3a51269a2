// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "init/process.h"

#define GRACE_NS (2 * NS_PER_S)
/* KILL does not end a load that hangs in the kernel; the counters must still be read. */
#define STUCK_NS (5 * NS_PER_S)
#define CAPTURE_NS (120 * NS_PER_S)

/* Reaps everything that has ended, including orphans; returns true if the process itself has. */
static bool reap(struct process *process, struct ending *ending)
{
	for (;;) {
		struct rusage usage;
		int status;
		pid_t pid = wait4(-1, &status, WNOHANG, &usage);

		if (pid == process->pid) {
			ending->status = status;
			ending->usage = usage;
			return true;
		}
		if (pid <= 0)
			return pid < 0 && errno == ECHILD;
	}
}

static void await_child_signal(uint64_t deadline)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t left = !deadline ? NS_PER_S : deadline > now ? deadline - now : 0;
	struct timespec ts = timespec_of(left);
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &ts);
}

/* PID 1 ends all remaining processes, also those that have left the group. */
static void end_remains(pid_t group)
{
	kill(-group, SIGKILL);
	if (getpid() != 1)
		return;
	kill(-1, SIGKILL);
	for (int i = 0; i < 1000; i++) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			break;
		if (!pid)
			sleep_ms(2);
	}
}

void process_wait(struct process *process, uint64_t deadline_ns, struct ending *ending)
{
	static const struct {
		int signal;
		uint64_t patience_ns;
	} steps[] = { { SIGTERM, GRACE_NS }, { SIGKILL, STUCK_NS } };
	uint64_t deadline = deadline_ns ? process->started + deadline_ns : 0;
	size_t step = 0;

	memset(ending, 0, sizeof(*ending));
	while (!reap(process, ending)) {
		if (deadline && clock_ns(CLOCK_MONOTONIC) >= deadline) {
			ending->timed_out = true;
			ending->stuck = step == ARRAY_SIZE(steps);
			if (ending->stuck)
				break;
			kill(-process->pid, steps[step].signal);
			deadline = clock_ns(CLOCK_MONOTONIC) + steps[step].patience_ns;
			step++;
		}
		await_child_signal(deadline);
	}
	if (ending->stuck)
		ending->status = SIGKILL;
	ending->wall_ns = clock_ns(CLOCK_MONOTONIC) - process->started;
	end_remains(process->pid);
}

static void keep_output(int fd, char *text, size_t size, size_t *len, uint64_t deadline)
{
	char spill[512];

	for (;;) {
		struct pollfd pipe = { .fd = fd, .events = POLLIN };
		bool room = *len < size - 1;
		ssize_t got = read(fd, room ? text + *len : spill,
				   room ? size - 1 - *len : sizeof(spill));

		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return;
		if (got > 0 && room)
			*len += got;
		if (clock_ns(CLOCK_MONOTONIC) >= deadline)
			return;
		if (got < 0)
			poll(&pipe, 1, 100);
	}
}

int process_capture(const struct list *argv, char *text, size_t size)
{
	static const struct list no_env;
	uint64_t deadline = clock_ns(CLOCK_MONOTONIC) + CAPTURE_NS;
	struct process process;
	struct ending ending;
	size_t len = 0;
	int error = process_start(&process, argv, &no_env);

	text[0] = '\0';
	if (error)
		return error;
	/* Waiting before reading is safe: the output of modprobe fits into a pipe. */
	keep_output(process.err, text, size, &len, deadline);
	keep_output(process.out, text, size, &len, deadline);
	text[len] = '\0';
	process_wait(&process, CAPTURE_NS, &ending);
	close(process.out);
	close(process.err);
	return ending.timed_out ? -ETIMEDOUT : ending.status;
}
