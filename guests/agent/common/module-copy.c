// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/complain.h"
#include "common/module-copy.h"

/* Limited memory, so that too many copies are an error and do not kill the guest. */
#define COPY_FOLDER "/run"
#define OTHER_FILES 64

/* Not a dup(): the kernel refuses to read a module that is still open for writing. */
static int reopen(int fd)
{
	char path[64];
	int other;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	other = open(path, O_RDONLY | O_CLOEXEC);
	return other < 0 ? -errno : other;
}

static int open_copy(const unsigned char *data, size_t length)
{
	int writer = open(COPY_FOLDER, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	size_t done = 0;
	int fd = 0;

	if (writer < 0)
		return -errno;
	while (!fd && done < length) {
		ssize_t put = write(writer, data + done, length - done);

		if (put >= 0)
			done += put;
		else if (errno != EINTR)
			fd = -errno;
	}
	if (!fd)
		fd = reopen(writer);
	close(writer);
	return fd;
}

bool module_copies_open(int *fds, unsigned int count, bool own_inode, const void *data,
			size_t length)
{
	struct rlimit limit = { count + OTHER_FILES, count + OTHER_FILES };

	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned int i = 0; i < count; i++) {
		fds[i] = i && !own_inode ? reopen(fds[0]) : open_copy(data, length);
		if (fds[i] < 0)
			return complain("cannot make copy %u of %zu bytes in " COPY_FOLDER ": %s",
					i + 1, length, strerror(-fds[i]));
	}
	return true;
}
