/* SPDX-License-Identifier: MIT */
/*
 * `load-cost`: measures the time and memory of one load of a module, one load
 * of a module that is already loaded, and one unload, one after the other on
 * one CPU.
 */
#ifndef AGENT_LOAD_COST_H
#define AGENT_LOAD_COST_H

int load_cost_main(int argc, char **argv);

#endif
