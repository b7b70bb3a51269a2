/* SPDX-License-Identifier: MIT */
/* A module's file: where it lies, how it is compressed, and what is in it. */
#ifndef AGENT_STORM_MODULE_H
#define AGENT_STORM_MODULE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct module_file {
	char path[PATH_MAX];
	/* As /sys/module/compression names it, or NULL when the file is plain. */
	const char *algorithm;
	/* The file as it lies there. */
	unsigned char *stored;
	size_t stored_len;
	/* The ELF file; the same memory as @stored when nothing is compressed. */
	unsigned char *plain;
	size_t plain_len;
};

/*
 * Finds @name in @folder/modules.dep and reads it; `-` and `_` are the same in
 * a name. Returns false with a sentence in @problem.
 */
bool module_read(struct module_file *file, const char *folder, const char *name, char *problem,
		 size_t size);

/*
 * Decompresses the file with the program of its algorithm into new memory.
 * Safe in a process with threads. Returns 0 or -errno; -EIO when the program
 * did not end well.
 */
int module_decompress(const struct module_file *file, unsigned char **plain, size_t *len);

#endif
