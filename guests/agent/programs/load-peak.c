// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <string.h>

#include "common/clock.h"
#include "common/complain.h"
#include "common/vmalloc-info.h"
#include "programs/load-peak.h"

/* By then the kernel has freed the remains of the previous round (init sections, after a grace period). */
#define SETTLE_MS 50

/* Shared by the two threads. */
struct watcher {
	pthread_mutex_t lock;
	bool loading;
	/* The number of loads that have begun. */
	unsigned long loads;
	/* The level before the current load. */
	int64_t level;
	bool stop;
	struct load_peak *peak;
};

/* A sample that began during load number @load counts if that load has not ended. */
static void note(struct watcher *watcher, unsigned long load, int64_t bytes)
{
	pthread_mutex_lock(&watcher->lock);
	if (watcher->loading && watcher->loads == load && bytes >= 0) {
		watcher->peak->looks++;
		if (bytes - watcher->level > watcher->peak->bytes)
			watcher->peak->bytes = bytes - watcher->level;
	}
	pthread_mutex_unlock(&watcher->lock);
}

static void *watch(void *data)
{
	struct watcher *watcher = data;
	bool stop = false;

	while (!stop) {
		unsigned long load;
		bool loading;

		pthread_mutex_lock(&watcher->lock);
		load = watcher->loads;
		loading = watcher->loading;
		stop = watcher->stop;
		pthread_mutex_unlock(&watcher->lock);
		if (loading)
			note(watcher, load, vmalloc_info_bytes());
	}
	return NULL;
}

static void begin(void *data)
{
	struct watcher *watcher = data;

	sleep_ms(SETTLE_MS);
	pthread_mutex_lock(&watcher->lock);
	watcher->level = vmalloc_info_bytes();
	watcher->loading = true;
	watcher->loads++;
	pthread_mutex_unlock(&watcher->lock);
}

static void end(void *data)
{
	struct watcher *watcher = data;

	pthread_mutex_lock(&watcher->lock);
	watcher->loading = false;
	pthread_mutex_unlock(&watcher->lock);
}

static void stop(struct watcher *watcher, pthread_t thread)
{
	pthread_mutex_lock(&watcher->lock);
	watcher->stop = true;
	pthread_mutex_unlock(&watcher->lock);
	pthread_join(thread, NULL);
}

/* All CPUs of @all except the caller's. Returns false if there are none. */
static bool other_cpus(cpu_set_t *others, const cpu_set_t *all)
{
	*others = *all;
	CPU_CLR(sched_getcpu(), others);
	return CPU_COUNT(others) > 0;
}

static int start(pthread_t *thread, struct watcher *watcher, const cpu_set_t *cpus)
{
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(*cpus), cpus);
	error = pthread_create(thread, &attributes, watch, watcher);
	pthread_attr_destroy(&attributes);
	return error;
}

bool load_peak_measure(struct load_job *job, unsigned long rounds, const cpu_set_t *all,
		       struct load_peak *peak)
{
	struct watcher watcher = { .lock = PTHREAD_MUTEX_INITIALIZER, .peak = peak };
	const struct load_watch hooks = { .begin = begin, .end = end, .data = &watcher };
	struct round_times unused;
	cpu_set_t cpus;
	pthread_t thread;
	bool good = true;
	int error;

	memset(peak, 0, sizeof(*peak));
	if (!rounds || !other_cpus(&cpus, all))
		return true;
	error = start(&thread, &watcher, &cpus);
	if (error)
		return complain("cannot start a thread: %s", strerror(error));
	for (unsigned long i = 0; i < rounds && good; i++)
		good = round_load(job, &hooks, &unused) && round_unload(job, &unused);
	stop(&watcher, thread);
	return good;
}
