/* SPDX-License-Identifier: MIT */
#ifndef AGENT_PORT_H
#define AGENT_PORT_H

#include <stddef.h>

#define PORT_NAME "org.modstorm.agent.0"

/*
 * Opens the virtio port with our name and writes the name of its device to
 * @device. Waits up to @timeout_ms for it. Returns a descriptor or -errno.
 */
int port_open(char *device, size_t size, unsigned int timeout_ms);

/* For tests: connects to a unix socket. Returns a descriptor or -errno. */
int port_connect(const char *path);

#endif
