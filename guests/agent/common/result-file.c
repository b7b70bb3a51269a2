// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "common/complain.h"
#include "common/result-file.h"

FILE *result_file_open(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		complain("cannot write %s: %s", path, strerror(errno));
	return file;
}

bool result_file_close(FILE *file, const char *path)
{
	bool written = !ferror(file);

	if (!fclose(file) && written)
		return true;
	return complain("cannot write %s: %s", path, strerror(errno));
}
