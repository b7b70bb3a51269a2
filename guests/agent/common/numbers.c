// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "common/numbers.h"

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

void numbers_sort(uint64_t *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), compare);
}
