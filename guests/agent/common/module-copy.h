/* SPDX-License-Identifier: MIT */
/* Open files that contain a module, for finit_module(). */
#ifndef AGENT_MODULE_COPY_H
#define AGENT_MODULE_COPY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens @count descriptors of unnamed files in /run that contain @data: one
 * file shared by all, or one file (inode) each. They are opened before the
 * measurement, because an open() during a load would be measured, and could
 * fail. Returns false, after a message on standard error, if there is no space.
 */
bool module_copies_open(int *fds, unsigned int count, bool own_inode, const void *data,
			size_t length);

#endif
