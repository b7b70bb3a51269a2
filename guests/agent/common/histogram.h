/* SPDX-License-Identifier: MIT */
/*
 * A log-linear histogram in bounded memory. Values below 64 are exact; above,
 * each power of two has 64 buckets, so that the middle of a bucket is at most
 * 1/128 (0.8 %) away from any value in it. Minimum and maximum are exact.
 */
#ifndef AGENT_HISTOGRAM_H
#define AGENT_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS 6
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

struct histogram {
	uint64_t count;
	uint64_t min;
	uint64_t max;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* A zeroed struct is an empty histogram. */
void histogram_add(struct histogram *histogram, uint64_t value);

void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The percentile by nearest rank: the smallest value that at least @permille of
 * 1000 values do not exceed. 0 if the histogram is empty.
 */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned int permille);

#endif
