// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "common/complain.h"
#include "common/module-file.h"

/* The largest modules of distributions have about 10 MiB. */
#define MODULE_MAX (256UL << 20)

static const struct {
	const char *ending;
	const char *algorithm;
	const char *program;
} algorithms[] = {
	{ ".ko.gz", "gzip", "gzip" },
	{ ".ko.xz", "xz", "xz" },
	{ ".ko.zst", "zstd", "zstd" },
};

static bool ends_with(const char *text, size_t len, const char *ending)
{
	size_t end = strlen(ending);

	return len > end && !memcmp(text + len - end, ending, end);
}

static size_t stem_length(const char *name, size_t len)
{
	if (ends_with(name, len, ".ko"))
		return len - strlen(".ko");
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (ends_with(name, len, algorithms[i].ending))
			return len - strlen(algorithms[i].ending);
	return 0;
}

/* The kernel's module names have `_` where file names may have `-`. */
static char kernel_letter(char letter)
{
	if (letter == '-')
		return '_';
	return letter;
}

static bool same_name(const char *base, size_t len, const char *name)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (kernel_letter(base[i]) != kernel_letter(name[i]))
			return false;
	}
	return true;
}

/* A line of modules.dep is `PATH: PATHS OF ITS DEPENDENCIES`. */
static bool find_path(char *path, const char *folder, const char *name)
{
	char list[PATH_MAX];
	char *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *file;

	snprintf(list, sizeof(list), "%s/modules.dep", folder);
	file = fopen(list, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &room, file) > 0) {
		char *colon = strchr(line, ':');
		const char *base;
		size_t len;

		if (!colon)
			continue;
		*colon = '\0';
		base = strrchr(line, '/');
		base = base ? base + 1 : line;
		len = stem_length(base, strlen(base));
		if (!len || !same_name(base, len, name))
			continue;
		found = snprintf(path, PATH_MAX, "%s%s%s", *line == '/' ? "" : folder,
				 *line == '/' ? "" : "/", line) < PATH_MAX;
	}
	free(line);
	fclose(file);
	return found;
}

/* Reads @fd to the end; @guess is the expected size in bytes. */
static int read_all(int fd, size_t guess, unsigned char **data, size_t *len)
{
	size_t room = guess + 1;
	unsigned char *bytes = malloc(room);

	*len = 0;
	while (bytes) {
		ssize_t got = read(fd, bytes + *len, room - *len);
		unsigned char *more;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (!got) {
			*data = bytes;
			return 0;
		}
		*len += got;
		if (*len < room)
			continue;
		errno = EFBIG;
		if (room >= MODULE_MAX)
			break;
		room *= 2;
		more = realloc(bytes, room);
		if (!more)
			break;
		bytes = more;
	}
	free(bytes);
	return -errno;
}

static int read_file(const char *path, unsigned char **data, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat facts;
	int error;

	if (fd < 0)
		return -errno;
	error = fstat(fd, &facts) ? -errno : read_all(fd, facts.st_size, data, len);
	close(fd);
	return error;
}

static const char *program_of(const char *algorithm)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (!strcmp(algorithm, algorithms[i].algorithm))
			return algorithms[i].program;
	return "false";
}

int module_decompress(const struct module_file *file, unsigned char **plain, size_t *len)
{
	char program[16], options[] = "-dcq", path[PATH_MAX];
	char *const argv[] = { program, options, path, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status, error;
	pid_t pid;

	snprintf(program, sizeof(program), "%s", program_of(file->algorithm));
	memcpy(path, file->path, sizeof(path));
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	error = -posix_spawnp(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!error) {
		error = read_all(ends[0], file->plain_len ? file->plain_len : file->stored_len * 4,
				 plain, len);
		/* A program that is still writing gets SIGPIPE. */
		close(ends[0]);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!error && status) {
			free(*plain);
			error = -EIO;
		}
		return error;
	}
	close(ends[0]);
	return error;
}

bool module_read(struct module_file *file, const char *folder, const char *name)
{
	char standard[128];
	int error;

	memset(file, 0, sizeof(*file));
	if (!folder) {
		struct utsname kernel;

		uname(&kernel);
		snprintf(standard, sizeof(standard), "/lib/modules/%s", kernel.release);
		folder = standard;
	}
	if (!find_path(file->path, folder, name))
		return complain("%s/modules.dep has no module %s", folder, name);
	snprintf(file->name, sizeof(file->name), "%s", name);
	for (char *letter = file->name; *letter; letter++)
		*letter = kernel_letter(*letter);
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (ends_with(file->path, strlen(file->path), algorithms[i].ending))
			file->algorithm = algorithms[i].algorithm;
	error = read_file(file->path, &file->stored, &file->stored_len);
	if (error)
		return complain("cannot read %s: %s", file->path, strerror(-error));
	file->plain = file->stored;
	file->plain_len = file->stored_len;
	if (!file->algorithm)
		return true;
	file->plain_len = 0;
	error = module_decompress(file, &file->plain, &file->plain_len);
	if (error)
		return complain("cannot decompress %s with the program %s: %s", file->path,
				program_of(file->algorithm), strerror(-error));
	return true;
}

bool module_kernel_decompresses(const struct module_file *file)
{
	char known[32] = "";
	FILE *list = fopen("/sys/module/compression", "re");

	if (!list)
		return complain("this kernel cannot decompress modules (CONFIG_MODULE_DECOMPRESS)");
	if (!fgets(known, sizeof(known), list))
		known[0] = '\0';
	fclose(list);
	known[strcspn(known, "\n")] = '\0';
	if (!strcmp(known, file->algorithm))
		return true;
	return complain("this kernel decompresses %s, and %s is %s", known, file->path,
			file->algorithm);
}
