/* SPDX-License-Identifier: MIT */
/* A module's file: where it lies, how it is compressed, and what is in it. */
#ifndef AGENT_MODULE_FILE_H
#define AGENT_MODULE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct module_file {
	/* As the kernel and delete_module() know it. */
	char name[NAME_MAX + 1];
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
 * Finds @name in modules.dep of @folder, or of /lib/modules/RELEASE when that
 * is NULL, and reads it; `-` and `_` are the same in a name. Returns false, and
 * has told it on standard error, when there is no such module.
 */
bool module_read(struct module_file *file, const char *folder, const char *name);

/*
 * Whether the kernel can decompress the (compressed) file, else told on standard
 * error. It knows one algorithm, and takes the rest for damaged files.
 */
bool module_kernel_decompresses(const struct module_file *file);

/*
 * Decompresses the file with the program of its algorithm into new memory.
 * Safe in a process with threads. Returns 0 or -errno; -EIO when the program
 * did not end well.
 */
int module_decompress(const struct module_file *file, unsigned char **plain, size_t *len);

#endif
