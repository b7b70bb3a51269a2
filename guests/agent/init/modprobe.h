/* SPDX-License-Identifier: MIT */
#ifndef AGENT_MODPROBE_H
#define AGENT_MODPROBE_H

#include <stddef.h>

/* Loads a module and what it depends on. @problem becomes empty, or what went wrong. */
void modprobe(const char *module, char *problem, size_t size);

#endif
