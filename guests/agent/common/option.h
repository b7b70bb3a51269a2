/* SPDX-License-Identifier: MIT */
/* Values of options on a program's command line. What is wrong is told on standard error. */
#ifndef AGENT_OPTION_H
#define AGENT_OPTION_H

#include <stdbool.h>

/* A decimal number from @least to @most. */
bool option_number(unsigned long *number, const char *value, unsigned long least,
		   unsigned long most);

/* One of two words; whether it is the second one. */
bool option_word(bool *second, const char *value, const char *one, const char *other);

#endif
