/* SPDX-License-Identifier: MIT */
/* Open files with a module in them, for finit_module(). */
#ifndef AGENT_MODULE_COPY_H
#define AGENT_MODULE_COPY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Opens @count descriptors of files in /run that have no name and hold @data:
 * one file for all, or a file (an inode) for each. They are open before
 * anything is measured: an open() in a load would be measured, and could fail.
 * Returns false, after a message on standard error, when there is no room.
 */
bool module_copies_open(int *fds, unsigned int count, bool own_inode, const void *data,
			size_t length);

#endif
