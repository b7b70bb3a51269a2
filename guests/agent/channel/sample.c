// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "channel/sample.h"
#include "channel/text.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/root.h"
#include "common/vmalloc-info.h"

/* Sampling faster than this would mostly measure the sampler itself. */
#define PERIOD_MIN_NS NS_PER_MS
/*
 * The sampler has priority over the workload, so its share of CPU time is
 * bounded: a sample takes 0.4 ms for /proc/meminfo and 1.2 ms for
 * /proc/vmallocinfo (Linux 6.12, 2 vCPUs under TCG on a loaded host). After
 * each sample it sleeps nine times as long, but at most four periods: one slow
 * sample must not hide the storm.
 */
#define REST_FACTOR 9
#define REST_PERIODS 4

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
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	static struct text text;
	char meminfo[8192];
	int64_t mapped;

	text.len = 0;
	if (root_read("/proc/meminfo", meminfo, sizeof(meminfo)) <= 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *line = strstr(meminfo, fields[i].label);

		if (line)
			text_add(&text, "%s=%llu\n", fields[i].key,
				 strtoull(line + strlen(fields[i].label), NULL, 10) * 1024);
	}
	mapped = vmalloc_info_bytes();
	if (mapped >= 0)
		text_add(&text, "vmalloc_mapped=%" PRId64 "\n", mapped);
	/* Not from /proc/modules: reading it takes the mutex that the storm contends for. */
	text_fact_file(&text, "modcount", "/sys/kernel/debug/modules/modcount");
	text_add(&text, "cost_ns=%" PRIu64 "\n", clock_ns(CLOCK_MONOTONIC) - begun);
	channel_send(sampler->channel, FRAME_SAMPLE, "", text.data, text.len);
	sampler->samples++;
}

/*
 * Higher priority than the workload, which occupies every CPU; otherwise its
 * peaks would be missed. May fail outside a guest.
 */
static void go_first(void)
{
	struct sched_param first = { .sched_priority = 1 };

	pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);
}

static void *sampler_thread(void *data)
{
	struct sampler *sampler = data;
	struct pollfd stop = { .fd = sampler->stop, .events = POLLIN };
	uint64_t next = clock_ns(CLOCK_MONOTONIC);

	go_first();
	for (;;) {
		uint64_t begun = clock_ns(CLOCK_MONOTONIC);
		uint64_t now, rest;
		struct timespec left;

		take_sample(sampler);
		next += sampler->period_ns;
		now = clock_ns(CLOCK_MONOTONIC);
		rest = (now - begun) * REST_FACTOR;
		if (rest > sampler->period_ns * REST_PERIODS)
			rest = sampler->period_ns * REST_PERIODS;
		/* Late: skip samples instead of catching up. */
		if (next < now)
			next = now + sampler->period_ns;
		if (next < now + rest)
			next = now + rest;
		left = timespec_of(next - now);
		if (ppoll(&stop, 1, &left, NULL) > 0)
			break;
	}
	/* The state after the workload. */
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
