/* SPDX-License-Identifier: MIT */
#ifndef AGENT_MODULE_SYMBOLS_H
#define AGENT_MODULE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

struct module_symbols {
	/* Entries of the symbol table, which the kernel iterates over in each load. */
	size_t all;
	/* Symbols that it must resolve in the kernel or in other modules. */
	size_t undefined;
};

/* Counts the symbols of a 64-bit ELF file. Returns false if it has no valid symbol table. */
bool module_symbols_count(struct module_symbols *symbols, const void *file, size_t length);

#endif
