/* SPDX-License-Identifier: MIT */
/* What only PID 1 does, and the console. */
#ifndef AGENT_SYSTEM_H
#define AGENT_SYSTEM_H

#include <stddef.h>

/* Mounts the kernel's file systems unless they are mounted already. */
void mount_all(void);

/*
 * A kernel without /dev/console starts init without descriptors 0 to 2, which
 * the next opened files would then occupy.
 */
void fill_standard_descriptors(void);

/* Prints one line on the console (on stderr in tests), prefixed with `modstorm-agent: `. */
void console(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes bytes to the console unchanged. */
void console_write(const char *text, size_t len);

/* Powers the machine off; returns only if the kernel refuses. */
void power_off(void);

#endif
