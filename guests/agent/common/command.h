/* SPDX-License-Identifier: MIT */
#ifndef AGENT_COMMAND_H
#define AGENT_COMMAND_H

#include <stdbool.h>

/*
 * Runs a program, by its path, to its end. Returns false, after a message on
 * standard error, unless its exit status is 0.
 */
bool command_run(const char *const argv[]);

#endif
