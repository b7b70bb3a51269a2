/* SPDX-License-Identifier: MIT */
/* What only a PID 1 does, and the console. */
#ifndef AGENT_SYSTEM_H
#define AGENT_SYSTEM_H

#include <stddef.h>

/* Mounts what the kernel has to show; what is mounted already is left alone. */
void mount_all(void);

/*
 * A kernel that finds no /dev/console starts init without descriptors 0 to 2,
 * and the next files opened would take their place.
 */
void fill_standard_descriptors(void);

/* One line on the console (in a test: on stderr), after `modstorm-agent: `. */
void console(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Bytes as they are, on the console. */
void console_write(const char *text, size_t len);

/* Ends the machine; returns only if the kernel refuses. */
void power_off(void);

#endif
