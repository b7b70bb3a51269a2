/* SPDX-License-Identifier: MIT */
/* The ways in which a module is handed to the kernel. */
#ifndef AGENT_MODULE_LOAD_H
#define AGENT_MODULE_LOAD_H

#include <stdbool.h>

#include "common/module-file.h"

enum module_call {
	/* finit_module() with a plain file. */
	CALL_FINIT,
	/* finit_module() with a compressed file and MODULE_INIT_COMPRESSED_FILE. */
	CALL_FINIT_COMPRESSED,
	/* init_module() with memory, as kmod does with what it decompressed itself. */
	CALL_INIT,
};

/*
 * The call for a file, by who decompresses it; @finit is for a file that user
 * space decompressed. Returns false, after a message on standard error, when
 * the kernel cannot, or has nothing to do.
 */
bool module_call_choose(enum module_call *call, const struct module_file *file,
			bool kernel_decompresses, bool finit);

/*
 * Opens a descriptor for each of @count loads with finit_module(), of one file
 * or of a copy for each; CALL_INIT needs none. Returns false, after a message
 * on standard error, when there is no room.
 */
bool module_call_open(enum module_call call, const struct module_file *file, int *fds,
		      unsigned int count, bool own_inode);

/* Loads from @fd, or with CALL_INIT from @image. Returns 0 or -errno. */
int module_load(enum module_call call, int fd, const void *image, size_t length,
		const char *arguments);

#endif
