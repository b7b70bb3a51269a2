/* SPDX-License-Identifier: MIT */
/*
 * The CPUs that the kernel left offline. An emulated guest with more CPUs
 * than the host's cores is started with maxcpus=1, since until the kernel has
 * its clock source every CPU that is up takes a tick each 10 ms, and the
 * ticks of 255 of them leave no time to boot. Brought up here, they are
 * tickless while idle.
 */
#ifndef AGENT_PROCESSORS_H
#define AGENT_PROCESSORS_H

#include <stdint.h>

/*
 * Brings CPUs 1 to @wanted - 1 up unless they are. What fails is said on the
 * console; facts_check() then finds that there are too few.
 */
void processors_bring_up(uint64_t wanted);

#endif
