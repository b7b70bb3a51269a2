// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "process.h"
#include "root.h"

#define GRACE_NS	(2 * NS_PER_S)
/* A load that hangs in the kernel does not die of KILL; the counters are wanted all the same. */
#define STUCK_NS	(5 * NS_PER_S)
#define CAPTURE_NS	(120 * NS_PER_S)

static const char *const search_path[] = {
	"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin",
};

static const char *const base_env[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	"HOME=/", "TMPDIR=/tmp", "LC_ALL=C",
};

#define BASE_ENV_COUNT ARRAY_SIZE(base_env)

static int find_program(char *place, const char *name)
{
	if (strchr(name, '/')) {
		snprintf(place, PATH_MAX, "%s", name);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(search_path); i++) {
		snprintf(place, PATH_MAX, "%s/%s", search_path[i], name);
		if (!access(place, X_OK))
			return 0;
	}
	return -ENOENT;
}

/* Only calls that are safe in the child of a process with threads. */
static void __attribute__((noreturn)) become(const char *file, char *const argv[],
					     char *const env[], int out, int err, int report)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);
	int oom = root_open("/proc/self/oom_score_adj", O_WRONLY);
	int error;

	setpgid(0, 0);
	/* The agent's own -1000 would be inherited: the workload must be killable. */
	if (oom >= 0 && write(oom, "0", 1) < 0)
		goto fail;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		goto fail;
	if (null > STDERR_FILENO)
		close(null);
	execve(file, argv, env);
fail:
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void close_pair(int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

static int read_report(int fd)
{
	int error = 0;
	ssize_t got;

	do {
		got = read(fd, &error, sizeof(error));
	} while (got < 0 && errno == EINTR);
	return got == sizeof(error) ? -error : 0;
}

int process_start(struct process *process, const struct list *argv, const struct list *env)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, report[2] = { -1, -1 };
	const char *full_env[BASE_ENV_COUNT + CONFIG_LIST_MAX + 1];
	char file[PATH_MAX];
	int error = find_program(file, argv->items[0]);

	if (error)
		return error;
	memcpy(full_env, base_env, sizeof(base_env));
	memcpy(full_env + BASE_ENV_COUNT, env->items, sizeof(env->items));
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		goto fail;

	process->started = clock_ns(CLOCK_MONOTONIC);
	process->pid = fork();
	if (process->pid < 0)
		goto fail;
	if (!process->pid)
		become(file, (char *const *)argv->items, (char *const *)full_env, out[1], err[1],
		       report[1]);
	/* Also here: whoever signals the group next must not come too early. */
	setpgid(process->pid, process->pid);
	close(out[1]);
	close(err[1]);
	close(report[1]);
	error = read_report(report[0]);
	close(report[0]);
	if (error) {
		waitpid(process->pid, NULL, 0);
		close(out[0]);
		close(err[0]);
		return error;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	process->out = out[0];
	process->err = err[0];
	return 0;
fail:
	error = -errno;
	close_pair(out);
	close_pair(err);
	close_pair(report);
	return error;
}

/* Reaps whatever has ended, orphans too; true when the process itself has. */
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
	struct timespec ts = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigtimedwait(&child, NULL, &ts);
}

/* A PID 1 ends everything that is left, also what has left the group. */
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
	/* One after the other: what modprobe prints fits into a pipe. */
	keep_output(process.err, text, size, &len, deadline);
	keep_output(process.out, text, size, &len, deadline);
	text[len] = '\0';
	process_wait(&process, CAPTURE_NS, &ending);
	close(process.out);
	close(process.err);
	return ending.timed_out ? -ETIMEDOUT : ending.status;
}
