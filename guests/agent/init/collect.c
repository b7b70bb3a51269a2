// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel/text.h"
#include "common/root.h"
#include "init/collect.h"
#include "init/system.h"

#define MODULES_FOLDER "/sys/kernel/debug/modules"
#define PART_MAX (FRAME_PAYLOAD_MAX - PATH_MAX - 16)
#define FILE_BUDGET (16U << 20)

static int is_counter(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "stats") != 0;
}

static void add_counter(struct text *text, const char *name)
{
	char path[sizeof(MODULES_FOLDER) + NAME_MAX + 2];
	char value[64];
	ssize_t len;

	snprintf(path, sizeof(path), MODULES_FOLDER "/%s", name);
	len = root_read_line(path, value, sizeof(value));
	if (len < 0)
		text_add(text, "%s !%s\n", name, strerrorname_np((int)-len));
	else
		text_add(text, "%s %s\n", name, value);
}

void send_counters(struct channel *ch, const char *moment)
{
	static struct text text;
	char folder[PATH_MAX];
	struct dirent **names;
	int count = scandir(root_path(folder, MODULES_FOLDER), &names, is_counter, alphasort);
	ssize_t len;

	text.len = 0;
	text_add(&text, "%s\n", moment);
	for (int i = 0; i < count; i++) {
		add_counter(&text, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	channel_send(ch, FRAME_COUNTERS, "", text.data, text.len);
	if (!root_exists(MODULES_FOLDER "/stats"))
		return;

	text.len = 0;
	text_add(&text, "%s\n", moment);
	len = root_read(MODULES_FOLDER "/stats", text.data + text.len,
			sizeof(text.data) - text.len);
	if (len < 0)
		channel_text(ch, FRAME_NOTE, "STATS_UNREADABLE %s", strerror((int)-len));
	else
		channel_send(ch, FRAME_STATS, "", text.data, text.len + len);
}

void show_stats(void)
{
	static char text[FRAME_PAYLOAD_MAX];
	ssize_t len = root_read(MODULES_FOLDER "/stats", text, sizeof(text));

	if (len < 0)
		console("STATS_UNREADABLE %s", strerror((int)-len));
	else
		console_write(text, len);
}

/*
 * Opens a result file for reading; returns a negative errno on failure. Reading a
 * FIFO, or a device such as /dev/kmsg, would block until the deadline of the
 * trial.
 */
static int open_regular(const char *path)
{
	struct stat status;
	int fd = root_open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

/*
 * The end is only known once a read returns nothing, so the last part is empty:
 * its head says `last` and how reading ended.
 */
void send_file(struct channel *ch, const char *path)
{
	static char part[PART_MAX];
	char head[PATH_MAX + 16];
	size_t total = 0;
	int fd = open_regular(path);
	ssize_t len = fd;

	snprintf(head, sizeof(head), "more %s\n", path);
	while (fd >= 0 && total < FILE_BUDGET) {
		len = read(fd, part, sizeof(part));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			len = -errno;
		if (len <= 0)
			break;
		channel_send(ch, FRAME_FILE, head, part, len);
		total += len;
	}
	if (fd >= 0)
		close(fd);
	if (len < 0) {
		channel_text(ch, FRAME_NOTE, "FILE_UNREADABLE %s: %s", path,
			     len == -EINVAL ? "it is not a regular file" : strerror((int)-len));
		return;
	}
	if (total >= FILE_BUDGET)
		channel_text(ch, FRAME_NOTE, "FILE_CUT %s after %zu bytes", path, total);
	snprintf(head, sizeof(head), "last %s\n", path);
	channel_send(ch, FRAME_FILE, head, NULL, 0);
}
