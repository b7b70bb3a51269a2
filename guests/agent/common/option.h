/* SPDX-License-Identifier: MIT */
/* Values of options on a command line. Errors go to standard error. */
#ifndef AGENT_OPTION_H
#define AGENT_OPTION_H

#include <getopt.h>
#include <stdbool.h>

/*
 * Goes through the options of a program, which takes nothing else, and hands
 * each to @read. False when one is unknown, @read refuses it, or a word is left.
 */
bool options_read(int argc, char **argv, const struct option *names,
		  bool (*read)(int option, const char *value, void *data), void *data);

/* A decimal number from @least to @most. */
bool option_number(unsigned long *number, const char *value, unsigned long least,
		   unsigned long most);

/* One of two words; whether it is the second one. */
bool option_word(bool *second, const char *value, const char *one, const char *other);

#endif
