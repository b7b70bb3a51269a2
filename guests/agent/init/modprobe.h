/* SPDX-License-Identifier: MIT */
#ifndef AGENT_MODPROBE_H
#define AGENT_MODPROBE_H

#include <stddef.h>

/* Loads a module and its dependencies. @problem is the error message, or empty. */
void modprobe(const char *module, char *problem, size_t size);

#endif
