// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/complain.h"
#include "common/module-load.h"
#include "common/result-file.h"
#include "programs/storm-options.h"
#include "programs/storm-worker.h"
#include "programs/storm.h"

/* Declared as metrics in guests/workloads/storm.yaml. */
static const char reported_errors[] = "EEXIST EBUSY ENOMEM EINTR EINVAL ENOENT ENOEXEC EFAULT";

static bool choose_call(struct storm_job *job, const struct storm_options *options)
{
	if (options->decompress_inside &&
	    (!job->file->algorithm || options->kernel_decompresses || options->finit))
		return complain("--decompress-inside needs a compressed module, --decompress user "
				"and --call init");
	return module_call_choose(&job->call, job->file, options->kernel_decompresses,
				  options->finit);
}

static void print_result(FILE *out, const struct storm_job *job, const struct storm_result *result)
{
	const struct histogram *latency = &result->latency;

	errno_counts_print(out, &result->counts, reported_errors);
	fprintf(out, "unloads %" PRIu64 "\n", result->unloads);
	fprintf(out,
		"latency_min_ns %" PRIu64 "\nlatency_median_ns %" PRIu64 "\nlatency_p99_ns %" PRIu64
		"\nlatency_max_ns %" PRIu64 "\n",
		latency->min, histogram_quantile(latency, 500), histogram_quantile(latency, 990),
		latency->max);
	fprintf(out, "storm_ns %" PRIu64 "\nmodule_bytes %zu\nstored_bytes %zu\n",
		result->ended_ns - result->started_ns, job->file->plain_len, job->file->stored_len);
	fprintf(out, "window_start_ns %" PRIu64 "\nwindow_end_ns %" PRIu64 "\n", result->started_ns,
		result->ended_ns);
}

static bool write_result(const char *output, const struct storm_job *job,
			 const struct storm_result *result)
{
	FILE *out = output ? result_file_open(output) : stdout;

	if (!out)
		return false;
	print_result(out, job, result);
	return result_file_close(out, output ? output : "standard output");
}

static bool run_storm(const struct storm_options *options)
{
	static struct storm_result result;
	static struct module_file file;
	static int fds[STORM_WORKERS_MAX];
	struct storm_job job = {
		.file = &file,
		.fds = fds,
		.fault = options->fault,
		.processes = options->processes,
		.workers = options->workers,
		.decompress_inside = options->decompress_inside,
		.duration_ns = options->loop ? options->duration_ms * NS_PER_MS : 0,
	};

	if (!module_read(&file, options->folder, options->module) || !choose_call(&job, options) ||
	    !module_call_open(job.call, &file, fds, job.workers, options->own_inode) ||
	    !storm_run(&job, &result) || !write_result(options->output, &job, &result))
		return false;
	if (options->fault || result.counts.successes)
		return true;
	return complain("no load succeeded");
}

int storm_main(int argc, char **argv)
{
	struct storm_options options;

	if (!storm_options_read(&options, argc, argv))
		return 2;
	return run_storm(&options) ? 0 : 1;
}
