// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "common/root.h"
#include "init/system.h"

static const struct {
	const char *type;
	const char *target;
	unsigned long flags;
} mounts[] = {
	{ "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "devtmpfs", "/dev", MS_NOSUID },
	{ "debugfs", "/sys/kernel/debug", MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "tmpfs", "/run", MS_NOSUID | MS_NODEV },
	{ "tmpfs", "/tmp", MS_NOSUID | MS_NODEV },
};

/* Links that udev creates on other systems, and that shells rely on. */
static const char *const links[][2] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "fd/0", "/dev/stdin" },
	{ "fd/1", "/dev/stdout" },
	{ "fd/2", "/dev/stderr" },
};

void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		const char *target = mounts[i].target;

		/* In sysfs a folder either exists or cannot be created: mount() will report it. */
		mkdir(target, 0755);
		if (mount(mounts[i].type, target, mounts[i].type, mounts[i].flags, NULL) &&
		    errno != EBUSY)
			console("cannot mount %s on %s: %s", mounts[i].type, target,
				strerror(errno));
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (symlink(links[i][0], links[i][1]) && errno != EEXIST)
			console("cannot make %s: %s", links[i][1], strerror(errno));
}

void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void console(const char *format, ...)
{
	char text[1024] = "modstorm-agent: ";
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - len - 1, format, args);
	va_end(args);
	len = strlen(text);
	text[len++] = '\n';
	console_write(text, len);
}

void console_write(const char *text, size_t len)
{
	int fd = getpid() == 1 ? open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC) : -1;

	while (len > 0) {
		ssize_t done = write(fd < 0 ? STDERR_FILENO : fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			break; /* There is nowhere else to report it. */
		text += done;
		len -= done;
	}
	if (fd >= 0)
		close(fd);
}

/*
 * Without ACPI the kernel turns a power off into a halt that never returns; a
 * reset also ends a QEMU that was started with -no-reboot.
 */
void power_off(void)
{
	if (root_exists("/sys/firmware/acpi"))
		reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
}
