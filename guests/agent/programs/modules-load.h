/* SPDX-License-Identifier: MIT */
/*
 * `modules-load`: what systemd-modules-load.service does during boot, with
 * systemd's own program; multithreaded since systemd 259.
 */
#ifndef AGENT_MODULES_LOAD_H
#define AGENT_MODULES_LOAD_H

int modules_load_main(int argc, char **argv);

#endif
