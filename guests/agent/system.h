/* SPDX-License-Identifier: MIT */
/* What only a PID 1 does, and the console. */
#ifndef AGENT_SYSTEM_H
#define AGENT_SYSTEM_H

/* Mounts what the kernel has to show; what is mounted already is left alone. */
void mount_all(void);

/* One line on the console (in a test: on stderr), after `modstorm-agent: `. */
void console(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the machine; returns only if the kernel refuses. */
void power_off(void);

#endif
