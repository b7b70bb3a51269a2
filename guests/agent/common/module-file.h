/* SPDX-License-Identifier: MIT */
/* A module's file: its path, compression and contents. */
#ifndef AGENT_MODULE_FILE_H
#define AGENT_MODULE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct module_file {
	/* As known to the kernel and delete_module(). */
	char name[NAME_MAX + 1];
	char path[PATH_MAX];
	/* As in /sys/module/compression, or NULL if the file is not compressed. */
	const char *algorithm;
	/* The file as stored. */
	unsigned char *stored;
	size_t stored_len;
	/* The ELF file; the same memory as @stored if the file is not compressed. */
	unsigned char *plain;
	size_t plain_len;
};

/*
 * Finds @name in modules.dep of @folder, or of /lib/modules/RELEASE if that is
 * NULL, and reads the file; `-` and `_` are equivalent in names. Returns false,
 * after a message on standard error, if there is no such module.
 */
bool module_read(struct module_file *file, const char *folder, const char *name);

/*
 * Returns whether the kernel can decompress the (compressed) file; if not, prints
 * a message on standard error. A kernel supports one algorithm and rejects all
 * others as damaged files.
 */
bool module_kernel_decompresses(const struct module_file *file);

/*
 * Decompresses the file into new memory, with the program for its algorithm.
 * Safe in a process with threads. Returns 0 or -errno; -EIO if the program
 * failed.
 */
int module_decompress(const struct module_file *file, unsigned char **plain, size_t *len);

#endif
