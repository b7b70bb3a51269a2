/* SPDX-License-Identifier: MIT */
#ifndef AGENT_COMMAND_H
#define AGENT_COMMAND_H

#include <stdbool.h>

/*
 * Runs a program, given by its path, and waits for it. Returns false, after a
 * message on standard error, unless its exit status is 0.
 */
bool command_run(const char *const argv[]);

#endif
