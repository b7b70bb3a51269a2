/* SPDX-License-Identifier: MIT */
#ifndef AGENT_NUMBERS_H
#define AGENT_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* Sorts in ascending order. */
void numbers_sort(uint64_t *numbers, size_t count);

#endif
