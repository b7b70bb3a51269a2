/* SPDX-License-Identifier: MIT */
/*
 * Marks in the instruction stream for the plugin that counts instructions
 * (guests/plugin). A mark is a seven-byte NOP with a displacement that nothing
 * else uses. Every processor since the Pentium Pro executes it, also in user
 * space, without accessing memory.
 */
#ifndef AGENT_MARK_H
#define AGENT_MARK_H

/* The agent has started; everything before was the boot. */
#define MARK_BOOTED 1
#define MARK_WORKLOAD_BEGIN 2
#define MARK_WORKLOAD_END 3

/* nopl 0x54534dNN(%rax): NN is the mark, the bytes above it are "MST" */
#define mark(number) \
	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x4d, 0x53, 0x54" : : "i"(number) : "memory")

#endif
