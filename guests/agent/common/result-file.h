/* SPDX-License-Identifier: MIT */
/* The file of `name value` lines to which a program writes its results. */
#ifndef AGENT_RESULT_FILE_H
#define AGENT_RESULT_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* Returns NULL, after a message on standard error, if it cannot be created. */
FILE *result_file_open(const char *path);

/* Returns false, after a message, unless everything was written. */
bool result_file_close(FILE *file, const char *path);

#endif
