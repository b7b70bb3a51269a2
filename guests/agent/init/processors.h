/* SPDX-License-Identifier: MIT */
/*
 * Brings CPUs online that the kernel left offline. An emulated guest with more
 * CPUs than the host has cores is booted with maxcpus=1: until the kernel has
 * selected its clock source, every online CPU takes a tick every 10 ms, and the
 * ticks of 255 CPUs leave no time to boot. Once brought up here, they are
 * tickless while idle.
 */
#ifndef AGENT_PROCESSORS_H
#define AGENT_PROCESSORS_H

#include <stdint.h>

/*
 * Brings CPUs 1 to @wanted - 1 online unless they are already. Failures are
 * reported on the console; facts_check() then finds that there are too few.
 */
void processors_bring_up(uint64_t wanted);

#endif
