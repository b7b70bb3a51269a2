// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/root.h"

static const char *root = "";

void root_set(const char *folder)
{
	root = folder;
}

const char *root_path(char *place, const char *path)
{
	snprintf(place, PATH_MAX, "%s%s", root, path);
	return place;
}

int root_open(const char *path, int flags)
{
	char place[PATH_MAX];
	int fd = open(root_path(place, path), flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

bool root_exists(const char *path)
{
	char place[PATH_MAX];

	return access(root_path(place, path), F_OK) == 0;
}

ssize_t root_read(const char *path, char *text, size_t size)
{
	int fd = root_open(path, O_RDONLY);
	size_t len = 0;
	ssize_t got = 0;

	text[0] = '\0';
	if (fd < 0)
		return fd;
	while (len < size - 1) {
		got = read(fd, text + len, size - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += got;
	}
	if (got < 0)
		got = -errno;
	close(fd);
	text[len] = '\0';
	return got < 0 ? got : (ssize_t)len;
}

ssize_t root_read_line(const char *path, char *text, size_t size)
{
	ssize_t len = root_read(path, text, size);

	if (len < 0)
		return len;
	text[strcspn(text, "\n")] = '\0';
	return (ssize_t)strlen(text);
}

int root_write(const char *path, const char *text)
{
	int fd = root_open(path, O_WRONLY);
	ssize_t done;

	if (fd < 0)
		return fd;
	done = write(fd, text, strlen(text));
	if (done < 0)
		done = -errno;
	close(fd);
	return done < 0 ? (int)done : 0;
}
