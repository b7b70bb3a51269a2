/* SPDX-License-Identifier: MIT */
/*
 * Frames to the host. harness/channel/protocol.ts is the counterpart and
 * describes the layout.
 */
#ifndef AGENT_FRAME_H
#define AGENT_FRAME_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC 0x3146534dU
#define FRAME_HEADER_LEN 28
#define FRAME_PAYLOAD_MAX 65536

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_PHASE = 2,
	FRAME_COUNTERS = 3,
	FRAME_STATS = 4,
	FRAME_KMSG = 5,
	FRAME_OUTPUT = 6,
	FRAME_EXIT = 7,
	FRAME_FILE = 8,
	FRAME_SAMPLE = 9,
	FRAME_NOTE = 10,
	FRAME_ERROR = 11,
	FRAME_END = 12,
};

/*
 * One writer at a time, in the order of arrival (a ticket lock): with a plain
 * mutex, a thread that relays a flood of kernel messages could starve the thread
 * that sends the counters.
 */
struct channel {
	int fd;
	int error;
	pthread_mutex_t mutex;
	pthread_cond_t turn;
	unsigned long next_ticket;
	unsigned long serving;
	uint32_t sequence;
	uint64_t bytes;
	unsigned char buffer[FRAME_HEADER_LEN + FRAME_PAYLOAD_MAX];
};

void channel_init(struct channel *ch, int fd);

/*
 * Sends one frame whose payload is @head followed by @body, truncated to the
 * maximum payload. Blocks until the port has accepted it. Returns 0 or -errno;
 * a channel that failed once stays failed.
 */
int channel_send(struct channel *ch, enum frame_type type, const char *head, const void *body,
		 size_t body_len);

int channel_text(struct channel *ch, enum frame_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Waits for the host's acknowledgement of the end frame. */
bool channel_await_host(struct channel *ch, int timeout_ms);

#endif
