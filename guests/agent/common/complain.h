/* SPDX-License-Identifier: MIT */
#ifndef AGENT_COMPLAIN_H
#define AGENT_COMPLAIN_H

#include <stdbool.h>

/* One line on standard error, after the name of the program. Returns false. */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
