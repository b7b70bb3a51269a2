// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "channel/kmsg.h"
#include "common/clock.h"
#include "common/root.h"

/* The kernel's CONSOLE_EXT_LOG_MAX: no record is longer. */
#define RECORD_MAX 8192
/* A flood of messages must not use up what the host accepts from a trial. */
#define BUDGET (16ULL << 20)
#define DRAIN_NS (3 * NS_PER_S)

static void note_gap(struct kmsg *kmsg, const char *record)
{
	const char *comma = strchr(record, ',');
	uint64_t sequence;
	char *end;

	if (!comma)
		return;
	sequence = strtoull(comma + 1, &end, 10);
	if (end == comma + 1)
		return;
	if (sequence > kmsg->expected) {
		if (!kmsg->lost)
			channel_text(kmsg->channel, FRAME_NOTE,
				     "KMSG_LOST records were overwritten before record %" PRIu64,
				     sequence);
		kmsg->lost += sequence - kmsg->expected;
	}
	kmsg->expected = sequence + 1;
}

static void relay_record(struct kmsg *kmsg, const char *record, size_t len)
{
	note_gap(kmsg, record);
	if (kmsg->bytes + len > BUDGET) {
		if (!kmsg->withheld++)
			channel_text(kmsg->channel, FRAME_NOTE,
				     "KMSG_WITHHELD the kernel said more than %llu bytes", BUDGET);
		return;
	}
	kmsg->records++;
	kmsg->bytes += len;
	channel_send(kmsg->channel, FRAME_KMSG, "", record, len);
}

/*
 * A read of /dev/kmsg returns one record, but tests replace it with a pipe,
 * which may return any number. Only continuation lines begin with a space.
 */
static void relay(struct kmsg *kmsg, const char *records, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (i + 1 < len && (records[i] != '\n' || records[i + 1] == ' '))
			continue;
		relay_record(kmsg, records + start, i + 1 - start);
		start = i + 1;
	}
}

/* True while there may be more to read. */
static bool await_record(struct kmsg *kmsg)
{
	struct pollfd fds[] = {
		{ .fd = kmsg->fd, .events = POLLIN },
		{ .fd = kmsg->stop, .events = POLLIN },
	};

	if (__atomic_load_n(&kmsg->stop_deadline, __ATOMIC_ACQUIRE))
		return false;
	poll(fds, 2, -1);
	return true;
}

static void *kmsg_thread(void *data)
{
	struct kmsg *kmsg = data;
	char record[RECORD_MAX + 1];

	for (;;) {
		ssize_t len = read(kmsg->fd, record, RECORD_MAX);
		uint64_t deadline = __atomic_load_n(&kmsg->stop_deadline, __ATOMIC_ACQUIRE);

		if (len > 0) {
			record[len] = '\0';
			relay(kmsg, record, len);
		} else if (len == 0) {
			break;
		} else if (errno == EAGAIN) {
			if (!await_record(kmsg))
				break;
		} else if (errno != EINTR && errno != EPIPE && errno != EINVAL) {
			/* EPIPE: records were overwritten; the gap in the sequence numbers says how many. */
			channel_text(kmsg->channel, FRAME_NOTE, "KMSG_LOST /dev/kmsg: %s",
				     strerror(errno));
			break;
		}
		if (deadline && clock_ns(CLOCK_MONOTONIC) > deadline)
			break;
	}
	return NULL;
}

int kmsg_start(struct kmsg *kmsg, struct channel *channel)
{
	int error;

	memset(kmsg, 0, sizeof(*kmsg));
	kmsg->channel = channel;
	kmsg->fd = root_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg->fd < 0)
		return kmsg->fd;
	kmsg->stop = eventfd(0, EFD_CLOEXEC);
	if (kmsg->stop < 0)
		return -errno;
	error = pthread_create(&kmsg->thread, NULL, kmsg_thread, kmsg);
	kmsg->running = !error;
	return -error;
}

void kmsg_stop(struct kmsg *kmsg)
{
	if (!kmsg->running)
		return;
	__atomic_store_n(&kmsg->stop_deadline, clock_ns(CLOCK_MONOTONIC) + DRAIN_NS,
			 __ATOMIC_RELEASE);
	eventfd_write(kmsg->stop, 1);
	pthread_join(kmsg->thread, NULL);
	close(kmsg->stop);
	close(kmsg->fd);
	kmsg->running = false;
}
