// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/complain.h"
#include "common/option.h"

bool option_number(unsigned long *number, const char *value, unsigned long least,
		   unsigned long most)
{
	char *end;

	errno = 0;
	*number = strtoul(value, &end, 10);
	if (!errno && !*end && *value >= '0' && *value <= '9' && *number >= least &&
	    *number <= most)
		return true;
	return complain("`%s` is no number from %lu to %lu", value, least, most);
}

bool option_word(bool *second, const char *value, const char *one, const char *other)
{
	*second = !strcmp(value, other);
	if (*second || !strcmp(value, one))
		return true;
	return complain("`%s` is neither %s nor %s", value, one, other);
}
