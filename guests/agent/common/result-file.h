/* SPDX-License-Identifier: MIT */
/* The file of `name value` lines in which a program leaves what it measured. */
#ifndef AGENT_RESULT_FILE_H
#define AGENT_RESULT_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* NULL, after a message on standard error, when it cannot be made. */
FILE *result_file_open(const char *path);

/* False, after a message, unless all that was printed is in the file. */
bool result_file_close(FILE *file, const char *path);

#endif
