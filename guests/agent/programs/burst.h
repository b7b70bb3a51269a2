/* SPDX-License-Identifier: MIT */
/*
 * `burst`: many threads load one module at the same moment, once each, and its
 * init is expected to fail. Reports how long it took until the k-th call had
 * returned.
 */
#ifndef AGENT_BURST_H
#define AGENT_BURST_H

int burst_main(int argc, char **argv);

#endif
