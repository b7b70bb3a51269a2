// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "channel/output.h"
#include "common/clock.h"

#define CHUNK_MAX 16384
#define BUDGET (8ULL << 20)
#define DRAIN_NS (2 * NS_PER_S)

static void relay(struct output *output, const char *chunk, size_t len)
{
	char head[16];

	if (output->bytes + len > BUDGET) {
		if (!output->withheld)
			channel_text(output->channel, FRAME_NOTE,
				     "OUTPUT_WITHHELD %s was longer than %llu bytes",
				     output->stream, BUDGET);
		output->withheld += len;
		return;
	}
	output->bytes += len;
	snprintf(head, sizeof(head), "%s\n", output->stream);
	channel_send(output->channel, FRAME_OUTPUT, head, chunk, len);
}

static void *output_thread(void *data)
{
	struct output *output = data;
	char chunk[CHUNK_MAX];

	for (;;) {
		/* Checked before the read, so that everything written before the stop is read. */
		uint64_t deadline = __atomic_load_n(&output->stop_deadline, __ATOMIC_ACQUIRE);
		ssize_t len = read(output->fd, chunk, sizeof(chunk));
		struct pollfd fds[] = {
			{ .fd = output->fd, .events = POLLIN },
			{ .fd = output->stop, .events = POLLIN },
		};

		if (len > 0)
			relay(output, chunk, len);
		else if (len == 0 || (errno != EAGAIN && errno != EINTR) || deadline)
			break;
		else
			poll(fds, 2, -1);
		if (deadline && clock_ns(CLOCK_MONOTONIC) > deadline)
			break;
	}
	return NULL;
}

int output_start(struct output *output, struct channel *channel, int fd, const char *stream)
{
	int error;

	memset(output, 0, sizeof(*output));
	output->channel = channel;
	output->fd = fd;
	output->stream = stream;
	output->stop = eventfd(0, EFD_CLOEXEC);
	if (output->stop < 0)
		return -errno;
	error = pthread_create(&output->thread, NULL, output_thread, output);
	output->running = !error;
	return -error;
}

void output_stop(struct output *output)
{
	if (!output->running)
		return;
	__atomic_store_n(&output->stop_deadline, clock_ns(CLOCK_MONOTONIC) + DRAIN_NS,
			 __ATOMIC_RELEASE);
	eventfd_write(output->stop, 1);
	pthread_join(output->thread, NULL);
	close(output->stop);
	close(output->fd);
	output->running = false;
}
