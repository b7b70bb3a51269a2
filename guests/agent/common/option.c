// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/complain.h"
#include "common/option.h"

bool options_read(int argc, char **argv, const struct option *names,
		  bool (*read)(int option, const char *value, void *data), void *data)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (!read(option, optarg, data))
			return false;
	return optind < argc ? complain("only options are accepted") : true;
}

bool option_number(unsigned long *number, const char *value, unsigned long least,
		   unsigned long most)
{
	char *end;

	errno = 0;
	*number = strtoul(value, &end, 10);
	if (!errno && !*end && *value >= '0' && *value <= '9' && *number >= least &&
	    *number <= most)
		return true;
	return complain("`%s` is not a number from %lu to %lu", value, least, most);
}

bool option_word(bool *second, const char *value, const char *one, const char *other)
{
	*second = !strcmp(value, other);
	if (*second || !strcmp(value, one))
		return true;
	return complain("`%s` is neither %s nor %s", value, one, other);
}
