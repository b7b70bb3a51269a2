// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/root.h"
#include "common/vmalloc-info.h"

/* The pages of one line that are separately allocated memory. */
static int64_t line_pages(const char *line)
{
	const char *pages = strstr(line, " pages=");
	const char *space;

	if (pages)
		return strtoll(pages + strlen(" pages="), NULL, 10);
	/* For vmap() the file has no page count, only the size including a guard page. */
	space = strchr(line, ' ');
	if (!space || !strstr(line, " vmap\n"))
		return 0;
	return strtoll(space, NULL, 10) / sysconf(_SC_PAGESIZE) - 1;
}

int64_t vmalloc_info_bytes(void)
{
	int fd = root_open("/proc/vmallocinfo", O_RDONLY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	int64_t pages = 0;
	char line[512];

	if (!file) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (fgets(line, sizeof(line), file))
		pages += line_pages(line);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}
