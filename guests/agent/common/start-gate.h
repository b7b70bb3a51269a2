/* SPDX-License-Identifier: MIT */
/*
 * Where workers wait for each other, so that all begin at one moment. They may
 * be threads, or processes that share its memory.
 */
#ifndef AGENT_START_GATE_H
#define AGENT_START_GATE_H

#include <stdatomic.h>
#include <stdint.h>

/* All zero is a closed gate with nobody before it. */
struct start_gate {
	/* How many stand before it. */
	_Atomic uint32_t ready;
	_Atomic uint32_t open;
};

/* Stands ready, and returns when the gate is open. */
void start_gate_wait(struct start_gate *gate);

void start_gate_open(struct start_gate *gate);

#endif
