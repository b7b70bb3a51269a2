/* SPDX-License-Identifier: MIT */
#ifndef AGENT_NUMBER_FILE_H
#define AGENT_NUMBER_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a file of sysfs or debugfs that contains one decimal number. */
bool number_file_read(uint64_t *number, const char *path);

#endif
