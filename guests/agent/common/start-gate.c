// SPDX-License-Identifier: MIT
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/start-gate.h"

void start_gate_wait(struct start_gate *gate)
{
	atomic_fetch_add(&gate->ready, 1);
	while (!atomic_load(&gate->open))
		syscall(SYS_futex, &gate->open, FUTEX_WAIT, 0, NULL, NULL, 0);
}

void start_gate_open(struct start_gate *gate)
{
	atomic_store(&gate->open, 1);
	syscall(SYS_futex, &gate->open, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
