// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "channel/text.h"
#include "common/root.h"

void text_add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->data) - text->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->data + text->len, room, format, args);
	va_end(args);
	if (len > 0 && (size_t)len < room)
		text->len += len;
	else
		text->data[text->len] = '\0';
}

void text_fact(struct text *text, const char *key, const char *value)
{
	size_t start = text->len;

	text_add(text, "%s=%s", key, value);
	for (size_t i = start; i < text->len; i++)
		if ((unsigned char)text->data[i] < ' ')
			text->data[i] = ' ';
	text_add(text, "\n");
}

void text_fact_file(struct text *text, const char *key, const char *path)
{
	char line[4096];

	if (root_read_line(path, line, sizeof(line)) >= 0)
		text_fact(text, key, line);
}
