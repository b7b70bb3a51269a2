// SPDX-License-Identifier: MIT
#include <elf.h>
#include <string.h>

#include "common/module-symbols.h"

/* Copies @size bytes out of the file; returns false if they are not in it. */
static bool get(void *to, size_t size, const unsigned char *file, size_t length, uint64_t offset)
{
	if (offset > length || size > length - offset)
		return false;
	memcpy(to, file + offset, size);
	return true;
}

/* The first entry of every table is symbol 0, which is reserved. */
static bool count_table(struct module_symbols *symbols, const Elf64_Shdr *table,
			const unsigned char *file, size_t length)
{
	size_t entries = table->sh_size / sizeof(Elf64_Sym);
	Elf64_Sym symbol;

	if (table->sh_entsize != sizeof(symbol) || !entries)
		return false;
	*symbols = (struct module_symbols){ .all = entries - 1 };
	for (size_t i = 1; i < entries; i++) {
		if (!get(&symbol, sizeof(symbol), file, length,
			 table->sh_offset + i * sizeof(symbol)))
			return false;
		symbols->undefined += symbol.st_shndx == SHN_UNDEF;
	}
	return true;
}

bool module_symbols_count(struct module_symbols *symbols, const void *file, size_t length)
{
	Elf64_Ehdr header;
	Elf64_Shdr section;

	if (!get(&header, sizeof(header), file, length, 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(section))
		return false;
	for (size_t i = 0; i < header.e_shnum; i++) {
		if (!get(&section, sizeof(section), file, length,
			 header.e_shoff + i * sizeof(section)))
			return false;
		if (section.sh_type == SHT_SYMTAB)
			return count_table(symbols, &section, file, length);
	}
	return false;
}
