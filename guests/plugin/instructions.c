// SPDX-License-Identifier: MIT
/*
 * A TCG plugin for QEMU that counts the instructions of the guest. Whenever the
 * agent executes a mark (guests/agent/common/mark.h), it appends a line to a
 * file, with the instructions that each vCPU has executed since power-on:
 *
 *	NUMBER VCPU0 VCPU1 ...
 *
 *	qemu-system-x86_64 -accel tcg -plugin instructions.so,out=FILE
 *
 * Instructions are counted per translated block. A block that is left early, by
 * an exception, counts as a whole, and the rest of it counts again when the guest
 * returns: 0.03 % too many in a boot of Linux 6.12 with a storm of xfs. How
 * often an instruction with a rep prefix counts depends on the version of QEMU.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu-plugin-api.h"

/* The maximum number of vCPUs, which are numbered from 0. */
#define VCPU_LIMIT 256
/* The maximum number of lines, as a guest may execute a mark any number of times. */
#define LINE_LIMIT 64
/* The length of the longest number and a space. */
#define NUMBER_LENGTH 21

/* nopl 0x54534dNN(%rax), see mark.h */
#define MARK_LENGTH 7
#define MARK_NUMBER 3
static const uint8_t mark_head[MARK_NUMBER] = { 0x0f, 0x1f, 0x80 };
static const uint8_t mark_tail[MARK_LENGTH - MARK_NUMBER - 1] = { 'M', 'S', 'T' };

/* The address of an element identifies its mark in the callback. */
static const char numbers[UINT8_MAX + 1];

static struct {
	int file;
	unsigned int vcpus;
	unsigned int lines;
} counter = { .file = -1 };

#if PLUGIN_API == 1

/* On separate cache lines, as vCPUs are threads. */
static struct {
	uint64_t instructions;
} __attribute__((aligned(64))) slots[VCPU_LIMIT];

static void count(unsigned int vcpu, void *instructions)
{
	slots[vcpu].instructions += (uintptr_t)instructions;
}

/* In this version of the interface, all vCPUs share the counters for inline additions. */
static void count_block(struct qemu_plugin_tb *block, size_t instructions)
{
	qemu_plugin_register_vcpu_tb_exec_cb(block, count, QEMU_PLUGIN_CB_NO_REGS,
					     (void *)(uintptr_t)instructions);
}

static uint64_t counted(unsigned int vcpu)
{
	return slots[vcpu].instructions;
}

static void prepare_counters(void)
{
}

#else

static qemu_plugin_u64 slots;

static void count_block(struct qemu_plugin_tb *block, size_t instructions)
{
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(block, QEMU_PLUGIN_INLINE_ADD_U64, slots,
							  instructions);
}

static uint64_t counted(unsigned int vcpu)
{
	return qemu_plugin_u64_get(slots, vcpu);
}

static void prepare_counters(void)
{
	slots.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

#endif

static void write_line(unsigned int vcpu, void *place)
{
	char line[NUMBER_LENGTH * (VCPU_LIMIT + 1) + 1];
	size_t length;

	(void)vcpu;
	if (__atomic_fetch_add(&counter.lines, 1, __ATOMIC_RELAXED) >= LINE_LIMIT)
		return;
	length = sprintf(line, "%td", (const char *)place - numbers);
	for (unsigned int i = 0; i < counter.vcpus; i++)
		length += sprintf(line + length, " %llu", (unsigned long long)counted(i));
	line[length++] = '\n';
	if (write(counter.file, line, length) != (ssize_t)length)
		qemu_plugin_outs("instructions: cannot write the counts\n");
}

static bool is_mark(const struct qemu_plugin_insn *instruction, uint8_t *number)
{
	uint8_t bytes[MARK_LENGTH];

	if (qemu_plugin_insn_size(instruction) != MARK_LENGTH)
		return false;
#if PLUGIN_API < 3
	memcpy(bytes, qemu_plugin_insn_data(instruction), MARK_LENGTH);
#else
	if (qemu_plugin_insn_data(instruction, bytes, MARK_LENGTH) != MARK_LENGTH)
		return false;
#endif
	*number = bytes[MARK_NUMBER];
	return !memcmp(bytes, mark_head, sizeof(mark_head)) &&
	       !memcmp(bytes + MARK_NUMBER + 1, mark_tail, sizeof(mark_tail));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	size_t instructions = qemu_plugin_tb_n_insns(block);
	uint8_t number;

	(void)id;
	count_block(block, instructions);
	for (size_t i = 0; i < instructions; i++) {
		struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);

		if (is_mark(instruction, &number))
			qemu_plugin_register_vcpu_insn_exec_cb(instruction, write_line,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)&numbers[number]);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4) != 0) {
		fprintf(stderr, "instructions: expected one argument, out=FILE\n");
		return -1;
	}
	if (!info->system_emulation || info->max_vcpus > VCPU_LIMIT) {
		fprintf(stderr, "instructions: at most %d vCPUs are supported\n", VCPU_LIMIT);
		return -1;
	}
	counter.file = open(argv[0] + 4, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (counter.file < 0) {
		perror(argv[0] + 4);
		return -1;
	}
	counter.vcpus = info->max_vcpus;
	prepare_counters();
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
