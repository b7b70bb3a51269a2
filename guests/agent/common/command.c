// SPDX-License-Identifier: MIT
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/command.h"
#include "common/complain.h"

bool command_run(const char *const argv[])
{
	pid_t pid;
	int status;
	int error = posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);

	if (error)
		return complain("%s: %s", argv[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain("%s: %s", argv[0], strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	return complain("%s %s ended with %s %d", argv[0], argv[1] ? argv[1] : "",
			WIFEXITED(status) ? "status" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
