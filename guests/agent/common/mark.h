/* SPDX-License-Identifier: MIT */
/*
 * Marks in the stream of instructions, for who counts these (guests/plugin).
 * A mark is a NOP of seven bytes whose displacement nobody else uses: every
 * processor since the Pentium Pro executes it, in user space too, and touches
 * no memory.
 */
#ifndef AGENT_MARK_H
#define AGENT_MARK_H

/* The agent has begun: everything before was the boot. */
#define MARK_BOOTED 1
#define MARK_WORKLOAD_BEGIN 2
#define MARK_WORKLOAD_END 3

/* nopl 0x54534dNN(%rax), with the mark as NN and "MST" above it */
#define mark(number) \
	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x4d, 0x53, 0x54" : : "i"(number) : "memory")

#endif
