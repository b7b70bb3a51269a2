// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/root.h"
#include "init/process.h"

static const char *const search_path[] = {
	"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin",
};

static const char *const base_env[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	"HOME=/",
	"TMPDIR=/tmp",
	"LC_ALL=C",
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

/* Everything the child needs is prepared before the fork, as the process has threads. */
struct child {
	char file[PATH_MAX];
	/* Opened by the child, because it is the child's own score. */
	char oom_score[PATH_MAX];
	char *const *argv;
	const char *env[BASE_ENV_COUNT + CONFIG_LIST_MAX + 1];
	int out[2];
	int err[2];
	/* Transfers the errno if execve() fails. */
	int report[2];
};

/* Only async-signal-safe calls are allowed in the child of a process with threads (signal-safety(7)). */
static void __attribute__((noreturn)) become(const struct child *child)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);
	int oom = open(child->oom_score, O_WRONLY | O_CLOEXEC);
	int error;

	setpgid(0, 0);
	/* Do not inherit the agent's -1000: the workload must be killable. */
	if (oom >= 0 && write(oom, "0", 1) < 0)
		goto fail;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(child->out[1], STDOUT_FILENO) < 0 ||
	    dup2(child->err[1], STDERR_FILENO) < 0)
		goto fail;
	if (null > STDERR_FILENO)
		close(null);
	execve(child->file, child->argv, (char *const *)child->env);
fail:
	error = errno;
	if (write(child->report[1], &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pair(int pair[2])
{
	close_one(&pair[0]);
	close_one(&pair[1]);
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

/* Returns 0 or -errno. */
static int prepare_child(struct child *child, const struct list *argv, const struct list *env)
{
	int error = find_program(child->file, argv->items[0]);

	if (error)
		return error;
	root_path(child->oom_score, "/proc/self/oom_score_adj");
	child->argv = (char *const *)argv->items;
	memcpy(child->env, base_env, sizeof(base_env));
	memcpy(child->env + BASE_ENV_COUNT, env->items, sizeof(env->items));
	if (pipe2(child->out, O_CLOEXEC) || pipe2(child->err, O_CLOEXEC) ||
	    pipe2(child->report, O_CLOEXEC))
		return -errno;
	return 0;
}

/* The parent's part after the fork; @process keeps the read ends of the pipes. */
static int adopt(struct process *process, struct child *child)
{
	int error;

	/* Also in the parent, so that the group exists before anything signals it. */
	setpgid(process->pid, process->pid);
	close_one(&child->out[1]);
	close_one(&child->err[1]);
	close_one(&child->report[1]);
	error = read_report(child->report[0]);
	close_one(&child->report[0]);
	if (error) {
		waitpid(process->pid, NULL, 0);
		return error;
	}
	fcntl(child->out[0], F_SETFL, O_NONBLOCK);
	fcntl(child->err[0], F_SETFL, O_NONBLOCK);
	process->out = child->out[0];
	process->err = child->err[0];
	return 0;
}

int process_start(struct process *process, const struct list *argv, const struct list *env)
{
	struct child child = { .out = { -1, -1 }, .err = { -1, -1 }, .report = { -1, -1 } };
	int error = prepare_child(&child, argv, env);

	if (!error) {
		process->started = clock_ns(CLOCK_MONOTONIC);
		process->pid = fork();
		if (!process->pid)
			become(&child);
		error = process->pid < 0 ? -errno : adopt(process, &child);
	}
	if (error) {
		close_pair(child.out);
		close_pair(child.err);
		close_pair(child.report);
	}
	return error;
}
