/* SPDX-License-Identifier: MIT */
#ifndef AGENT_VMALLOC_INFO_H
#define AGENT_VMALLOC_INFO_H

#include <stdint.h>

/*
 * Bytes of all pages that vmalloc() holds and vmap() maps now, by
 * /proc/vmallocinfo; -1 when that cannot be read. VmallocUsed of /proc/meminfo
 * counts only what vmalloc() allocates: a module that the kernel decompresses
 * lies in single pages and is not in it.
 */
int64_t vmalloc_info_bytes(void);

#endif
