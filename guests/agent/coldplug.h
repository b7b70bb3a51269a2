/* SPDX-License-Identifier: MIT */
/*
 * Coldplug as a distribution does it while it boots: systemd-udevd is started,
 * told of everything that is there already, subsystems first, and awaited.
 */
#ifndef COLDPLUG_H
#define COLDPLUG_H

int coldplug_main(int argc, char **argv);

#endif
