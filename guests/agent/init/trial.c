// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "channel/kmsg.h"
#include "channel/output.h"
#include "channel/port.h"
#include "channel/sample.h"
#include "common/clock.h"
#include "common/mark.h"
#include "common/root.h"
#include "init/collect.h"
#include "init/config.h"
#include "init/facts.h"
#include "init/modprobe.h"
#include "init/process.h"
#include "init/processors.h"
#include "init/system.h"
#include "init/trace.h"
#include "init/trial.h"

#define PORT_TIMEOUT_MS 10000
#define HOST_TIMEOUT_MS 10000

/* Has the lifetime of the agent; too large for a stack. */
static struct {
	struct config config;
	struct channel channel;
	struct facts facts;
	struct kmsg kmsg;
	struct output outputs[2];
	struct sampler sampler;
	struct text text;
	char port[NAME_MAX + 1];
} trial;

static void set_phase(const char *phase)
{
	channel_text(&trial.channel, FRAME_PHASE, "%s", phase);
}

static bool fail(const char *code, const char *text)
{
	console("%s: %s", code, text);
	channel_text(&trial.channel, FRAME_ERROR, "%s\n%s", code, text);
	return false;
}

/* Modules that the driver of the port needs. If one is missing, there will be no port. */
static void load_early(void)
{
	char problem[4096];

	for (size_t i = 0; i < trial.config.early.count; i++) {
		modprobe(trial.config.early.items[i], problem, sizeof(problem));
		if (problem[0])
			console("%s", problem);
	}
}

static bool open_channel(const struct trial_options *options)
{
	int fd;

	if (options->channel) {
		fd = port_connect(options->channel);
		snprintf(trial.port, sizeof(trial.port), "socket");
	} else {
		fd = port_open(trial.port, sizeof(trial.port), PORT_TIMEOUT_MS);
	}
	if (fd < 0) {
		console("PORT_MISSING: no channel %s: %s",
			options->channel ? options->channel : PORT_NAME, strerror(-fd));
		return false;
	}
	channel_init(&trial.channel, fd);
	return true;
}

static void say_hello(uint64_t init_ns)
{
	facts_gather(&trial.facts);
	facts_print(&trial.facts, &trial.config, init_ns, trial.port, &trial.text);
	channel_send(&trial.channel, FRAME_HELLO, "", trial.text.data, trial.text.len);
}

static bool prepare(void)
{
	char problem[4096];
	const char *code;

	set_phase("prepare");
	if (root_exists("/proc/config.gz"))
		send_file(&trial.channel, "/proc/config.gz");
	code = facts_check(&trial.facts, &trial.config, problem, sizeof(problem));
	if (code)
		return fail(code, problem);
	/* Otherwise an out-of-memory kill dumps one line per stressor. */
	root_write("/proc/sys/vm/oom_dump_tasks", "0");
	root_write("/proc/self/oom_score_adj", "-1000");
	for (size_t i = 0; i < trial.config.load.count; i++) {
		modprobe(trial.config.load.items[i], problem, sizeof(problem));
		if (problem[0])
			return fail("DEPENDENCY_FAILED", problem);
	}
	send_counters(&trial.channel, "before");
	return true;
}

static uint64_t timeval_ns(const struct timeval *time)
{
	return time->tv_sec * NS_PER_S + time->tv_usec * 1000ULL;
}

static void send_exit(const struct ending *ending)
{
	bool exited = WIFEXITED(ending->status);

	channel_text(&trial.channel, FRAME_EXIT,
		     "cause=%s\ncode=%d\nwall_ns=%" PRIu64 "\nuser_ns=%" PRIu64
		     "\nsystem_ns=%" PRIu64 "\nmax_rss_bytes=%ld\n",
		     ending->timed_out ? "timeout"
		     : exited	       ? "exited"
				       : "signaled",
		     exited ? WEXITSTATUS(ending->status) : WTERMSIG(ending->status),
		     ending->wall_ns, timeval_ns(&ending->usage.ru_utime),
		     timeval_ns(&ending->usage.ru_stime), ending->usage.ru_maxrss * 1024);
}

static bool run_workload(void)
{
	struct process process;
	struct ending ending;
	char problem[512];
	int error;

	set_phase("workload");
	sampler_start(&trial.sampler, &trial.channel, trial.config.sample_ns);
	if (trial.config.trace)
		trace_mark("workload");
	mark(MARK_WORKLOAD_BEGIN);
	error = process_start(&process, &trial.config.run, &trial.config.env);
	if (error) {
		sampler_stop(&trial.sampler);
		snprintf(problem, sizeof(problem), "%.256s: %s", trial.config.run.items[0],
			 strerror(-error));
		return fail("EXEC_FAILED", problem);
	}
	output_start(&trial.outputs[0], &trial.channel, process.out, "stdout");
	output_start(&trial.outputs[1], &trial.channel, process.err, "stderr");
	process_wait(&process, trial.config.deadline_ns, &ending);
	mark(MARK_WORKLOAD_END);
	sampler_stop(&trial.sampler);
	for (int i = 0; i < 2; i++)
		output_stop(&trial.outputs[i]);
	if (ending.stuck)
		channel_text(&trial.channel, FRAME_NOTE,
			     "WORKLOAD_STUCK it hangs in the kernel and did not die of SIGKILL");
	send_exit(&ending);
	return true;
}

static void collect(void)
{
	set_phase("collect");
	if (trial.config.trace)
		trace_mark("collect");
	send_counters(&trial.channel, "after");
	if (trial.config.alone)
		show_stats();
	if (trial.config.trace)
		trace_send(&trial.channel);
	for (size_t i = 0; i < trial.config.result.count; i++)
		send_file(&trial.channel, trial.config.result.items[i]);
}

/* Whether the host has acknowledged everything. */
static bool say_goodbye(void)
{
	bool heard;

	set_phase("shutdown");
	kmsg_stop(&trial.kmsg);
	/* The end frame does not count itself. */
	channel_text(&trial.channel, FRAME_END,
		     "frames=%" PRIu32 "\nbytes=%" PRIu64 "\nkmsg_records=%" PRIu64
		     "\nkmsg_lost=%" PRIu64 "\nkmsg_withheld=%" PRIu64 "\noutput_bytes=%" PRIu64
		     "\noutput_withheld=%" PRIu64 "\nsamples=%" PRIu64 "\n",
		     trial.channel.sequence, trial.channel.bytes, trial.kmsg.records,
		     trial.kmsg.lost, trial.kmsg.withheld,
		     trial.outputs[0].bytes + trial.outputs[1].bytes,
		     trial.outputs[0].withheld + trial.outputs[1].withheld, trial.sampler.samples);
	if (trial.config.alone) {
		console("end: %" PRIu32 " frames, %" PRIu64 " bytes, no host",
			trial.channel.sequence, trial.channel.bytes);
		return true;
	}
	if (trial.channel.error)
		console("CHANNEL_LOST: %s", strerror(-trial.channel.error));
	heard = channel_await_host(&trial.channel, HOST_TIMEOUT_MS);
	console("end: %" PRIu32 " frames, %" PRIu64 " bytes, host %s", trial.channel.sequence,
		trial.channel.bytes, heard ? "has received them" : "did not answer");
	return heard;
}

bool trial_run(const struct trial_options *options)
{
	char problem[512];
	bool configured;
	bool good;
	int error;

	mark(MARK_BOOTED);
	configured = config_read(&trial.config, options->config, problem, sizeof(problem));
	if (!configured)
		console("CONFIG_INVALID: %s", problem);
	load_early();
	processors_bring_up(trial.config.vcpus);
	if (!open_channel(options))
		return false;
	say_hello(options->init_ns);
	error = kmsg_start(&trial.kmsg, &trial.channel);
	if (error)
		channel_text(&trial.channel, FRAME_NOTE, "KMSG_LOST /dev/kmsg: %s",
			     strerror(-error));
	if (trial.config.trace)
		trace_prepare(&trial.channel);
	good = configured ? prepare() : fail("CONFIG_INVALID", problem);
	if (good)
		good = run_workload();
	if (good)
		collect();
	return say_goodbye() && good;
}
