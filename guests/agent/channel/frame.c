// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel/frame.h"
#include "common/clock.h"

/*
 * virtio_console copies each write into one kmalloc()ed buffer. When the
 * workload has used up the memory, a single page can still be allocated, but
 * not 32 KiB in a row.
 */
#define WRITE_MAX 4096
#define ACKNOWLEDGEMENT 0x06

static uint32_t crc_table[256];

static void crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ 0xedb88320U : crc >> 1;
		crc_table[i] = crc;
	}
}

static uint32_t crc_update(uint32_t crc, const unsigned char *data, size_t len)
{
	while (len--)
		crc = (crc >> 8) ^ crc_table[(crc ^ *data++) & 0xff];
	return crc;
}

static void put_le(unsigned char *to, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = value >> (8 * i);
}

void channel_init(struct channel *ch, int fd)
{
	memset(ch, 0, sizeof(*ch));
	ch->fd = fd;
	pthread_mutex_init(&ch->mutex, NULL);
	pthread_cond_init(&ch->turn, NULL);
	crc_init();
}

static void channel_lock(struct channel *ch)
{
	unsigned long ticket;

	pthread_mutex_lock(&ch->mutex);
	ticket = ch->next_ticket++;
	while (ch->serving != ticket)
		pthread_cond_wait(&ch->turn, &ch->mutex);
	pthread_mutex_unlock(&ch->mutex);
}

static void channel_unlock(struct channel *ch)
{
	pthread_mutex_lock(&ch->mutex);
	ch->serving++;
	pthread_cond_broadcast(&ch->turn);
	pthread_mutex_unlock(&ch->mutex);
}

static int write_all(int fd, const unsigned char *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len < WRITE_MAX ? len : WRITE_MAX);

		if (done < 0 && (errno == ENOMEM || errno == EAGAIN)) {
			sleep_ms(5);
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		data += done;
		len -= done;
	}
	return 0;
}

static size_t build_frame(struct channel *ch, enum frame_type type, const char *head,
			  const void *body, size_t body_len)
{
	unsigned char *header = ch->buffer;
	unsigned char *payload = header + FRAME_HEADER_LEN;
	size_t head_len = strnlen(head, FRAME_PAYLOAD_MAX);
	size_t len;
	uint32_t crc;

	if (body_len > FRAME_PAYLOAD_MAX - head_len)
		body_len = FRAME_PAYLOAD_MAX - head_len;
	len = head_len + body_len;
	memcpy(payload, head, head_len);
	if (body_len)
		memcpy(payload + head_len, body, body_len);

	put_le(header, FRAME_MAGIC, 4);
	put_le(header + 4, len, 4);
	put_le(header + 8, ch->sequence, 4);
	put_le(header + 12, type, 2);
	put_le(header + 14, 0, 2);
	put_le(header + 16, clock_ns(CLOCK_MONOTONIC), 8);
	crc = crc_update(0xffffffffU, header, 24);
	crc = crc_update(crc, payload, len);
	put_le(header + 24, crc ^ 0xffffffffU, 4);
	return FRAME_HEADER_LEN + len;
}

int channel_send(struct channel *ch, enum frame_type type, const char *head, const void *body,
		 size_t body_len)
{
	int error;

	channel_lock(ch);
	if (!ch->error) {
		size_t len = build_frame(ch, type, head, body, body_len);

		ch->error = write_all(ch->fd, ch->buffer, len);
		ch->sequence++;
		ch->bytes += len;
	}
	error = ch->error;
	channel_unlock(ch);
	return error;
}

int channel_text(struct channel *ch, enum frame_type type, const char *format, ...)
{
	char text[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return channel_send(ch, type, text, NULL, 0);
}

/*
 * A write to the port returns when the buffer is queued, not when the host has
 * received it, and powering off drops the queue. So the host acknowledges the
 * end frame. No other thread may be writing by then: polling the port beside a
 * blocked writer may lose the writer's wakeup.
 */
bool channel_await_host(struct channel *ch, int timeout_ms)
{
	uint64_t deadline = clock_ns(CLOCK_MONOTONIC) + timeout_ms * NS_PER_MS;
	struct pollfd port = { .fd = ch->fd, .events = POLLIN };

	while (!ch->error) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		unsigned char byte;
		ssize_t got;

		if (now >= deadline)
			return false;
		if (poll(&port, 1, (int)((deadline - now) / NS_PER_MS) + 1) <= 0)
			continue;
		got = read(ch->fd, &byte, 1);
		if (got == 1 && byte == ACKNOWLEDGEMENT)
			return true;
		if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
			return false;
	}
	return false;
}
