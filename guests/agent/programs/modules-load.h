/* SPDX-License-Identifier: MIT */
/*
 * `modules-load`: what systemd-modules-load.service does while a machine boots,
 * by systemd's own program; from systemd 259 on in several threads.
 */
#ifndef AGENT_MODULES_LOAD_H
#define AGENT_MODULES_LOAD_H

int modules_load_main(int argc, char **argv);

#endif
