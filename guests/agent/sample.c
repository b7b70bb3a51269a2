// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "root.h"
#include "sample.h"
#include "text.h"

/* A guest that is sampled faster than this measures the sampler. */
#define PERIOD_MIN_NS	NS_PER_MS

static const struct {
	const char *label;
	const char *key;
} fields[] = {
	{ "MemFree:", "mem_free" },
	{ "MemAvailable:", "mem_available" },
	{ "VmallocUsed:", "vmalloc_used" },
};

static void take_sample(struct sampler *sampler)
{
	static struct text text;
	char meminfo[8192];

	text.len = 0;
	if (root_read("/proc/meminfo", meminfo, sizeof(meminfo)) <= 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *line = strstr(meminfo, fields[i].label);

		if (line)
			text_add(&text, "%s=%llu\n", fields[i].key,
				 strtoull(line + strlen(fields[i].label), NULL, 10) * 1024);
	}
	/* Not by /proc/modules: that takes the mutex which the storm is about. */
	text_fact_file(&text, "modcount", "/sys/kernel/debug/modules/modcount");
	channel_send(sampler->channel, FRAME_SAMPLE, "", text.data, text.len);
	sampler->samples++;
}

static void *sampler_thread(void *data)
{
	struct sampler *sampler = data;
	struct pollfd stop = { .fd = sampler->stop, .events = POLLIN };
	uint64_t next = clock_ns(CLOCK_MONOTONIC);

	for (;;) {
		uint64_t now;
		struct timespec left;

		take_sample(sampler);
		next += sampler->period_ns;
		now = clock_ns(CLOCK_MONOTONIC);
		/* Late: leave samples out instead of hurrying after. */
		if (next < now)
			next = now + sampler->period_ns;
		left.tv_sec = (next - now) / NS_PER_S;
		left.tv_nsec = (next - now) % NS_PER_S;
		if (ppoll(&stop, 1, &left, NULL) > 0)
			break;
	}
	/* The state that the workload left. */
	take_sample(sampler);
	return NULL;
}

int sampler_start(struct sampler *sampler, struct channel *channel, uint64_t period_ns)
{
	int error;

	memset(sampler, 0, sizeof(*sampler));
	if (!period_ns)
		return 0;
	sampler->channel = channel;
	sampler->period_ns = period_ns < PERIOD_MIN_NS ? PERIOD_MIN_NS : period_ns;
	sampler->stop = eventfd(0, EFD_CLOEXEC);
	if (sampler->stop < 0)
		return -errno;
	error = pthread_create(&sampler->thread, NULL, sampler_thread, sampler);
	sampler->running = !error;
	return -error;
}

void sampler_stop(struct sampler *sampler)
{
	if (!sampler->running)
		return;
	eventfd_write(sampler->stop, 1);
	pthread_join(sampler->thread, NULL);
	close(sampler->stop);
	sampler->running = false;
}
