/* SPDX-License-Identifier: MIT */
/*
 * `load-cost`: what one load of a module, one load of a module that is there
 * already, and one unload take, in time and memory; one after the other on one
 * CPU.
 */
#ifndef AGENT_LOAD_COST_H
#define AGENT_LOAD_COST_H

int load_cost_main(int argc, char **argv);

#endif
