/* SPDX-License-Identifier: MIT */
#ifndef AGENT_COMPLAIN_H
#define AGENT_COMPLAIN_H

#include <stdbool.h>

/* Prints one line on standard error, prefixed with the program's name. Returns false. */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
