/* SPDX-License-Identifier: MIT */
/* Files of the guest, which in tests are below a folder of the host. */
#ifndef AGENT_ROOT_H
#define AGENT_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Empty in a guest. Set once, before any thread is started. */
void root_set(const char *folder);

/* Writes the real path of @path to @place, which has PATH_MAX bytes; returns @place. */
const char *root_path(char *place, const char *path);

/* open() below the root, close-on-exec. Returns a descriptor or -errno. */
int root_open(const char *path, int flags);

bool root_exists(const char *path);

/*
 * Reads at most @size - 1 bytes of a file and terminates them with a NUL.
 * Returns their number or -errno.
 */
ssize_t root_read(const char *path, char *text, size_t size);

/* Like root_read(), but cuts the text at the first newline. */
ssize_t root_read_line(const char *path, char *text, size_t size);

int root_write(const char *path, const char *text);

#endif
