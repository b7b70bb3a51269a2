/* SPDX-License-Identifier: MIT */
/*
 * `autoload` lets the kernel's test_kmod request a module from many threads at
 * once; `autoload-plain` does so from user space, for kernels without test_kmod.
 */
#ifndef AGENT_AUTOLOAD_H
#define AGENT_AUTOLOAD_H

int autoload_main(int argc, char **argv);
int autoload_plain_main(int argc, char **argv);

#endif
