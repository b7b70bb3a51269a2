/* SPDX-License-Identifier: MIT */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

/* The whole life of a trial in the guest; as PID 1 it does not return. */
int agent_main(int argc, char **argv);

#endif
