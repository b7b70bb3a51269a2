/* SPDX-License-Identifier: MIT */
/*
 * `coldplug`: what a distribution does during boot. Starts systemd-udevd,
 * triggers events for all existing subsystems and then devices, and waits until
 * they are handled.
 */
#ifndef AGENT_COLDPLUG_H
#define AGENT_COLDPLUG_H

int coldplug_main(int argc, char **argv);

#endif
