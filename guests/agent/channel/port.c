// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel/port.h"
#include "common/clock.h"
#include "common/root.h"

#define PORTS_FOLDER "/sys/class/virtio-ports"

static bool has_our_name(const char *device)
{
	char path[sizeof(PORTS_FOLDER) + NAME_MAX + 8];
	char name[64];

	snprintf(path, sizeof(path), PORTS_FOLDER "/%s/name", device);
	return root_read_line(path, name, sizeof(name)) > 0 && !strcmp(name, PORT_NAME);
}

static bool find_port(char *device, size_t size)
{
	char place[PATH_MAX];
	DIR *folder = opendir(root_path(place, PORTS_FOLDER));
	struct dirent *entry;
	bool found = false;

	if (!folder)
		return false;
	while (!found && (entry = readdir(folder))) {
		found = entry->d_name[0] != '.' && has_our_name(entry->d_name);
		if (found)
			snprintf(device, size, "%s", entry->d_name);
	}
	closedir(folder);
	return found;
}

int port_open(char *device, size_t size, unsigned int timeout_ms)
{
	uint64_t deadline = clock_ns(CLOCK_MONOTONIC) + timeout_ms * NS_PER_MS;
	char path[NAME_MAX + 8];
	unsigned int pause_ms = 1;

	/* The name arrives in a control message, some time after the device appears. */
	while (!find_port(device, size)) {
		if (clock_ns(CLOCK_MONOTONIC) > deadline)
			return -ENODEV;
		sleep_ms(pause_ms);
		if (pause_ms < 16)
			pause_ms *= 2;
	}
	snprintf(path, sizeof(path), "/dev/%s", device);
	return root_open(path, O_RDWR);
}

int port_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}
