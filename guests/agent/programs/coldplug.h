/* SPDX-License-Identifier: MIT */
/*
 * Coldplug as a distribution does it while it boots: systemd-udevd is started,
 * told of everything that is there already, subsystems first, and awaited.
 */
#ifndef AGENT_COLDPLUG_H
#define AGENT_COLDPLUG_H

int coldplug_main(int argc, char **argv);

#endif
