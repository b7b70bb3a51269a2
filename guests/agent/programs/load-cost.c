// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "common/complain.h"
#include "common/module-symbols.h"
#include "common/number-file.h"
#include "common/numbers.h"
#include "common/result-file.h"
#include "programs/load-cost-options.h"
#include "programs/load-cost.h"
#include "programs/load-peak.h"
#include "programs/load-rounds.h"

/* Minimum samples per load: with fewer, only the beginning of a load would be sampled. */
#define LOOKS_MIN 4

struct load_cost {
	struct load_job job;
	struct round_times times[LOAD_ROUNDS_MAX];
	struct load_peak peak;
	uint64_t core_bytes;
	/* Whether the kernel counts what failed loads allocate, and the bytes per load. */
	bool counted;
	uint64_t duplicate_bytes;
};

static struct load_cost_options options;

/* The last CPU, as the first one handles most interrupts. */
static bool pin(cpu_set_t *all)
{
	cpu_set_t one;
	int last = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(*all), all))
		return complain("cannot ask for the CPUs: %s", strerror(errno));
	while (last > 0 && !CPU_ISSET(last, all))
		last--;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return complain("cannot stay on CPU %d: %s", last, strerror(errno));
	return true;
}

static void print_times(FILE *out, const struct round_times *rounds)
{
	static const struct {
		enum operation operation;
		const char *name;
	} shown[] = {
		{ OPERATION_DECOMPRESS, "decompress" },
		{ OPERATION_LOAD, "load" },
		{ OPERATION_DUPLICATE, "duplicate_load" },
		{ OPERATION_UNLOAD, "unload" },
	};
	static uint64_t sorted[LOAD_ROUNDS_MAX];
	unsigned long count = options.rounds;

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		for (unsigned long k = 0; k < count; k++)
			sorted[k] = rounds[k].ns[shown[i].operation];
		numbers_sort(sorted, count);
		fprintf(out, "%s_ns %" PRIu64 "\n%s_min_ns %" PRIu64 "\n%s_max_ns %" PRIu64 "\n",
			shown[i].name, (sorted[(count - 1) / 2] + sorted[count / 2]) / 2,
			shown[i].name, sorted[0], shown[i].name, sorted[count - 1]);
	}
}

/* With too few samples the peak is unknown, not 0. */
static void print_peak(FILE *out, const struct load_peak *peak)
{
	if (peak->looks && peak->looks >= options.memory_rounds * LOOKS_MIN)
		fprintf(out, "load_peak_bytes %" PRId64 "\n", peak->bytes);
	fprintf(out, "load_peak_looks %" PRIu64 "\n", peak->looks);
}

static bool write_result(const struct load_cost *cost)
{
	const struct module_file *file = cost->job.file;
	unsigned long rounds = cost->job.rounds;
	FILE *out = result_file_open(options.output);
	struct module_symbols symbols;

	if (!out)
		return false;
	fprintf(out, "loads %lu\nduplicate_loads %lu\nunloads %lu\n", rounds, rounds, rounds);
	print_times(out, cost->times);
	print_peak(out, &cost->peak);
	fprintf(out, "core_bytes %" PRIu64 "\n", cost->core_bytes);
	if (cost->counted)
		fprintf(out, "duplicate_load_bytes %" PRIu64 "\n", cost->duplicate_bytes);
	fprintf(out, "module_bytes %zu\nstored_bytes %zu\n", file->plain_len, file->stored_len);
	if (module_symbols_count(&symbols, file->plain, file->plain_len))
		fprintf(out, "symbols %zu\nundefined_symbols %zu\n", symbols.all,
			symbols.undefined);
	return result_file_close(out, options.output);
}

static bool write_samples(const struct round_times *times)
{
	FILE *out = options.samples ? result_file_open(options.samples) : NULL;

	if (!options.samples)
		return true;
	if (!out)
		return false;
	fprintf(out, "# decompress_ns load_ns duplicate_load_ns unload_ns\n");
	for (unsigned long i = 0; i < options.rounds; i++) {
		const uint64_t *ns = times[i].ns;

		fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			ns[OPERATION_DECOMPRESS], ns[OPERATION_LOAD], ns[OPERATION_DUPLICATE],
			ns[OPERATION_UNLOAD]);
	}
	return result_file_close(out, options.samples);
}

static bool read_core_size(struct load_cost *cost)
{
	char path[NAME_MAX + 32];

	snprintf(path, sizeof(path), "/sys/module/%s/coresize", cost->job.file->name);
	return number_file_read(&cost->core_bytes, path) ? true : complain("cannot read %s", path);
}

/* The bytes that failed loads allocated, as counted by the kernel; returns false if it does not count. */
static bool read_wasted(uint64_t *bytes)
{
	static const char *const counters[] = {
		"/sys/kernel/debug/modules/invalid_kread_bytes",
		"/sys/kernel/debug/modules/invalid_decompress_bytes",
		"/sys/kernel/debug/modules/invalid_becoming_bytes",
		"/sys/kernel/debug/modules/invalid_mod_bytes",
	};
	uint64_t one;

	*bytes = 0;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++, *bytes += one)
		if (!number_file_read(&one, counters[i]))
			return false;
	return true;
}

/* One round to warm up caches, and what the kernel sets up on the first load. */
static bool warm_up(struct load_cost *cost)
{
	static struct round_times unused;

	return round_load(&cost->job, NULL, &unused) && read_core_size(cost) &&
	       round_unload(&cost->job, &unused);
}

static bool run(void)
{
	static struct module_file file;
	static struct load_cost cost = { .job = { .file = &file, .fd = -1 } };
	struct load_job *job = &cost.job;
	uint64_t before, after;
	cpu_set_t all;

	job->arguments = options.arguments;
	if (!module_read(&file, options.folder, options.module) ||
	    !module_call_choose(&job->call, &file, options.kernel_decompresses, options.finit) ||
	    !module_call_open(job->call, &file, &job->fd, 1, false) || !pin(&all) ||
	    !warm_up(&cost))
		return false;
	cost.counted = read_wasted(&before);
	for (unsigned long i = 0; i < options.rounds; i++)
		if (!round_load(job, NULL, &cost.times[i]) || !round_unload(job, &cost.times[i]))
			return false;
	cost.counted = cost.counted && read_wasted(&after);
	if (cost.counted)
		cost.duplicate_bytes = (after - before) / options.rounds;
	return load_peak_measure(job, options.memory_rounds, &all, &cost.peak) &&
	       write_samples(cost.times) && write_result(&cost);
}

int load_cost_main(int argc, char **argv)
{
	if (!load_cost_options_read(&options, argc, argv))
		return 2;
	return run() ? 0 : 1;
}
