// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/root.h"
#include "init/config.h"

static const char *const capabilities[] = {
	"module_stats",
	"autoload_dups",
	"dups_trace",
	"decompress",
};

static const char *list_add(struct list *list, const char *value)
{
	if (!*value)
		return "has no value";
	if (list->count == CONFIG_LIST_MAX)
		return "is repeated too often";
	list->items[list->count++] = value;
	return NULL;
}

static const char *require_add(struct list *list, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (!strcmp(value, capabilities[i]))
			return list_add(list, value);
	return "is not a capability that the agent can check";
}

static const char *env_add(struct list *list, const char *value)
{
	return strchr(value, '=') ? list_add(list, value) : "needs NAME=VALUE";
}

static const char *number_set(uint64_t *number, const char *value)
{
	char *end;

	errno = 0;
	*number = strtoull(value, &end, 10);
	if (errno || *end || value[0] < '0' || value[0] > '9')
		return "needs a whole number";
	return NULL;
}

static const char *result_add(struct list *list, const char *value)
{
	return value[0] == '/' ? list_add(list, value) : "needs an absolute path";
}

/* Keys that may also be given on the kernel command line. */
static const char *set_common(struct config *config, const char *key, const char *value)
{
	if (!strcmp(key, "vcpus"))
		return number_set(&config->vcpus, value);
	if (!strcmp(key, "deadline_ns"))
		return number_set(&config->deadline_ns, value);
	if (!strcmp(key, "sample_ns"))
		return number_set(&config->sample_ns, value);
	if (!strcmp(key, "require"))
		return require_add(&config->require, value);
	if (!strcmp(key, "host")) {
		config->alone = true;
		return strcmp(value, "none") ? "must be none" : NULL;
	}
	if (!strcmp(key, "trace")) {
		config->trace = true;
		return strcmp(value, "1") ? "must be 1" : NULL;
	}
	if (!strcmp(key, "trial")) {
		config->trial = value;
		return *value ? NULL : "has no value";
	}
	return "is an unknown key";
}

static const char *set_key(struct config *config, const char *key, const char *value)
{
	if (!strcmp(key, "version")) {
		config->versioned = true;
		return strcmp(value, "1") ? "is not 1, the only supported version" : NULL;
	}
	if (!strcmp(key, "early"))
		return list_add(&config->early, value);
	if (!strcmp(key, "load"))
		return list_add(&config->load, value);
	if (!strcmp(key, "run")) {
		/* Arguments may be empty, but not the program. */
		if (config->run.count && !*value && config->run.count < CONFIG_LIST_MAX) {
			config->run.items[config->run.count++] = value;
			return NULL;
		}
		return list_add(&config->run, value);
	}
	if (!strcmp(key, "env"))
		return env_add(&config->env, value);
	if (!strcmp(key, "result"))
		return result_add(&config->result, value);
	return set_common(config, key, value);
}

static bool parse_file(struct config *config, const char *path, char *problem, size_t size)
{
	char *rest = config->text;
	char *line;

	for (unsigned int number = 1; (line = strsep(&rest, "\n")); number++) {
		char *value = strchr(line, '=');
		const char *wrong;

		if (!*line || *line == '#')
			continue;
		if (!value) {
			snprintf(problem, size, "%s:%u: the line has no `=`", path, number);
			return false;
		}
		*value++ = '\0';
		wrong = set_key(config, line, value);
		if (wrong) {
			snprintf(problem, size, "%s:%u: `%.64s` %s", path, number, line, wrong);
			return false;
		}
	}
	if (config->versioned && config->run.count)
		return true;
	snprintf(problem, size, "%s: there is no `%s=` line", path,
		 config->versioned ? "run" : "version");
	return false;
}

static bool parse_command_line(struct config *config, char *problem, size_t size)
{
	static const char prefix[] = "modstorm.";
	char *rest = config->command_line;
	char *word;

	while ((word = strsep(&rest, " \n"))) {
		char *key = word + sizeof(prefix) - 1;
		char *value = strchr(word, '=');
		const char *wrong;

		if (strncmp(word, prefix, sizeof(prefix) - 1) != 0 || !value)
			continue;
		*value++ = '\0';
		wrong = set_common(config, key, value);
		if (wrong) {
			snprintf(problem, size, "/proc/cmdline: `%.64s` %s", word, wrong);
			return false;
		}
	}
	return true;
}

static bool read_file(struct config *config, const char *path, char *problem, size_t size)
{
	ssize_t len = root_read(path, config->text, sizeof(config->text));

	if (len < 0) {
		snprintf(problem, size, "%s: %s", path, strerror((int)-len));
		return false;
	}
	if (len == (ssize_t)sizeof(config->text) - 1) {
		snprintf(problem, size, "%s: is longer than %d bytes", path, CONFIG_FILE_MAX - 2);
		return false;
	}
	if (strlen(config->text) != (size_t)len) {
		snprintf(problem, size, "%s: contains a NUL byte", path);
		return false;
	}
	return parse_file(config, path, problem, size);
}

bool config_read(struct config *config, const char *path, char *problem, size_t size)
{
	char second[256];
	bool good;

	memset(config, 0, sizeof(*config));
	good = read_file(config, path, problem, size);
	if (root_read("/proc/cmdline", config->command_line, sizeof(config->command_line)) < 0)
		config->command_line[0] = '\0';
	/* Also if the file is bad: the hello needs the name of the trial. */
	if (good)
		return parse_command_line(config, problem, size);
	parse_command_line(config, second, sizeof(second));
	return false;
}
