/* SPDX-License-Identifier: MIT */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

/* Runs a trial in the guest from start to end; does not return as PID 1. */
int agent_main(int argc, char **argv);

#endif
