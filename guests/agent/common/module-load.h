/* SPDX-License-Identifier: MIT */
/* The ways to pass a module to the kernel. */
#ifndef AGENT_MODULE_LOAD_H
#define AGENT_MODULE_LOAD_H

#include <stdbool.h>

#include "common/module-file.h"

enum module_call {
	/* finit_module() with an uncompressed file. */
	CALL_FINIT,
	/* finit_module() with a compressed file and MODULE_INIT_COMPRESSED_FILE. */
	CALL_FINIT_COMPRESSED,
	/* init_module() with memory, as kmod does with modules that it decompressed itself. */
	CALL_INIT,
};

/*
 * Selects the call for a file, by who decompresses it; @finit applies to files
 * that user space decompressed. Returns false, after a message on standard error,
 * if the kernel cannot decompress the file, or if it is not compressed.
 */
bool module_call_choose(enum module_call *call, const struct module_file *file,
			bool kernel_decompresses, bool finit);

/*
 * Opens a descriptor for each of @count loads with finit_module(), of one file
 * or of one copy each; CALL_INIT needs none. Returns false, after a message on
 * standard error, if there is no space.
 */
bool module_call_open(enum module_call call, const struct module_file *file, int *fds,
		      unsigned int count, bool own_inode);

/* Loads from @fd, or from @image with CALL_INIT. Returns 0 or -errno. */
int module_load(enum module_call call, int fd, const void *image, size_t length,
		const char *arguments);

#endif
