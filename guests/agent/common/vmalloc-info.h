/* SPDX-License-Identifier: MIT */
#ifndef AGENT_VMALLOC_INFO_H
#define AGENT_VMALLOC_INFO_H

#include <stdint.h>

/*
 * Returns the bytes of all pages that are currently allocated by vmalloc() or
 * mapped by vmap(), from /proc/vmallocinfo, or -1 if that cannot be read.
 * VmallocUsed in /proc/meminfo only counts what vmalloc() allocates: a module
 * that the kernel decompresses is in single pages, which it does not include.
 */
int64_t vmalloc_info_bytes(void);

#endif
