/* SPDX-License-Identifier: MIT */
/*
 * `storm`: many workers load one module at the same moment.
 */
#ifndef AGENT_STORM_H
#define AGENT_STORM_H

int storm_main(int argc, char **argv);

#endif
