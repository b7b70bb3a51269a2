/* SPDX-License-Identifier: MIT */
/*
 * A barrier that lets all workers start at the same moment. They may be threads,
 * or processes that share its memory.
 */
#ifndef AGENT_START_GATE_H
#define AGENT_START_GATE_H

#include <stdatomic.h>
#include <stdint.h>

/* A zeroed struct is a closed gate that nobody is waiting at. */
struct start_gate {
	/* The number of workers that are waiting. */
	_Atomic uint32_t ready;
	_Atomic uint32_t open;
};

/* Waits until the gate is opened. */
void start_gate_wait(struct start_gate *gate);

void start_gate_open(struct start_gate *gate);

#endif
