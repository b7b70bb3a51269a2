/* SPDX-License-Identifier: MIT */
/* A text that grows up to one payload; what comes after that is dropped. */
#ifndef AGENT_TEXT_H
#define AGENT_TEXT_H

#include <stddef.h>

#include "channel/frame.h"

struct text {
	size_t len;
	char data[FRAME_PAYLOAD_MAX];
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `key=value`, with what could end the line made harmless. */
void text_fact(struct text *text, const char *key, const char *value);

/* The fact is the first line of a file; nothing is added when it cannot be read. */
void text_fact_file(struct text *text, const char *key, const char *path);

#endif
