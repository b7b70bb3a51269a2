/* SPDX-License-Identifier: MIT */
#ifndef AGENT_LOADED_MODULES_H
#define AGENT_LOADED_MODULES_H

/* How many modules are loaded now, or -1 when the kernel does not tell. */
long loaded_modules_count(void);

#endif
