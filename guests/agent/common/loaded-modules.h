/* SPDX-License-Identifier: MIT */
#ifndef AGENT_LOADED_MODULES_H
#define AGENT_LOADED_MODULES_H

/* Returns the number of loaded modules, or -1 if it cannot be read. */
long loaded_modules_count(void);

#endif
