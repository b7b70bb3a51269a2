// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>

#include "common/number-file.h"

bool number_file_read(uint64_t *number, const char *path)
{
	FILE *file = fopen(path, "re");
	bool read = file && fscanf(file, "%" SCNu64, number) == 1;

	if (file)
		fclose(file);
	return read;
}
