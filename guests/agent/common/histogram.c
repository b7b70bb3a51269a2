// SPDX-License-Identifier: MIT
#include "common/histogram.h"

#define PER_OCTAVE (1U << HISTOGRAM_BITS)

static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < PER_OCTAVE)
		return value;
	shift = 63 - __builtin_clzll(value) - HISTOGRAM_BITS;
	/* The leading bit is always set; the bits after it are the position within the octave. */
	return ((shift + 1) << HISTOGRAM_BITS) + ((value >> shift) & (PER_OCTAVE - 1));
}

static uint64_t middle_of(unsigned int bucket)
{
	unsigned int shift;
	uint64_t low;

	if (bucket < PER_OCTAVE)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	low = (uint64_t)(PER_OCTAVE | (bucket & (PER_OCTAVE - 1))) << shift;
	return low + ((1ULL << shift) - 1) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	if (!histogram->count || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count++;
	histogram->buckets[bucket_of(value)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned int permille)
{
	uint64_t rank = (histogram->count * permille + 999) / 1000;
	uint64_t seen = 0;

	/* The minimum and maximum are known exactly. */
	if (rank <= 1)
		return histogram->min;
	if (rank >= histogram->count)
		return histogram->max;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t value;

		seen += histogram->buckets[i];
		if (seen < rank)
			continue;
		value = middle_of(i);
		if (value < histogram->min)
			return histogram->min;
		return value > histogram->max ? histogram->max : value;
	}
	return histogram->max;
}
