/* SPDX-License-Identifier: MIT */
/* Command-line options. Errors are printed on standard error. */
#ifndef AGENT_OPTION_H
#define AGENT_OPTION_H

#include <getopt.h>
#include <stdbool.h>

/*
 * Passes each option to @read. Returns false if an option is unknown, @read
 * rejects it, or there are other arguments.
 */
bool options_read(int argc, char **argv, const struct option *names,
		  bool (*read)(int option, const char *value, void *data), void *data);

/* Reads a decimal number from @least to @most. */
bool option_number(unsigned long *number, const char *value, unsigned long least,
		   unsigned long most);

/* Reads one of two words; the result is true for the second one. */
bool option_word(bool *second, const char *value, const char *one, const char *other);

#endif
