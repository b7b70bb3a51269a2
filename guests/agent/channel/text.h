/* SPDX-License-Identifier: MIT */
/* A text buffer of one payload; what does not fit is dropped. */
#ifndef AGENT_TEXT_H
#define AGENT_TEXT_H

#include <stddef.h>

#include "channel/frame.h"

struct text {
	size_t len;
	char data[FRAME_PAYLOAD_MAX];
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends `key=value`; characters that could end the line are replaced. */
void text_fact(struct text *text, const char *key, const char *value);

/* Appends the first line of a file as the value; appends nothing if the file cannot be read. */
void text_fact_file(struct text *text, const char *key, const char *path);

#endif
