// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "collect.h"
#include "config.h"
#include "facts.h"
#include "kmsg.h"
#include "output.h"
#include "port.h"
#include "process.h"
#include "processors.h"
#include "root.h"
#include "sample.h"
#include "system.h"

#define PORT_TIMEOUT_MS		10000
#define HOST_TIMEOUT_MS		10000

struct options {
	const char *root;
	const char *channel;
	const char *config;
};

/* What lives as long as the agent; too large for a stack. */
static struct {
	struct config config;
	struct channel channel;
	struct facts facts;
	struct kmsg kmsg;
	struct output outputs[2];
	struct sampler sampler;
	struct text text;
	uint64_t init_ns;
	char port[NAME_MAX + 1];
} agent;

static void set_phase(const char *phase)
{
	channel_text(&agent.channel, FRAME_PHASE, "%s", phase);
}

static bool fail(const char *code, const char *text)
{
	console("%s: %s", code, text);
	channel_text(&agent.channel, FRAME_ERROR, "%s\n%s", code, text);
	return false;
}

/* Returns an empty text, or what went wrong. */
static void modprobe(const char *module, char *problem, size_t size)
{
	static const char *const places[] = { "/sbin/modprobe", "/usr/sbin/modprobe" };
	struct list argv = { .count = 2 };
	char program[PATH_MAX] = "";
	char printed[2048];
	int status;

	problem[0] = '\0';
	for (size_t i = 0; i < 2 && !program[0]; i++)
		if (root_exists(places[i]))
			root_path(program, places[i]);
	if (!program[0]) {
		snprintf(problem, size, "%s: there is no /sbin/modprobe", module);
		return;
	}
	argv.items[0] = program;
	argv.items[1] = module;
	status = process_capture(&argv, printed, sizeof(printed));
	if (status < 0)
		snprintf(problem, size, "%s: modprobe: %s", module, strerror(-status));
	else if (status)
		snprintf(problem, size, "%s: modprobe ended with %s %d: %s", module,
			 WIFEXITED(status) ? "status" : "signal",
			 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), printed);
}

/* What the port's own driver needs. Its absence shows when there is no port. */
static void load_early(void)
{
	char problem[4096];

	for (size_t i = 0; i < agent.config.early.count; i++) {
		modprobe(agent.config.early.items[i], problem, sizeof(problem));
		if (problem[0])
			console("%s", problem);
	}
}

static bool open_channel(const struct options *options)
{
	int fd;

	if (options->channel) {
		fd = port_connect(options->channel);
		snprintf(agent.port, sizeof(agent.port), "socket");
	} else {
		fd = port_open(agent.port, sizeof(agent.port), PORT_TIMEOUT_MS);
	}
	if (fd < 0) {
		console("PORT_MISSING: no channel %s: %s",
			options->channel ? options->channel : PORT_NAME, strerror(-fd));
		return false;
	}
	channel_init(&agent.channel, fd);
	return true;
}

static void say_hello(void)
{
	facts_gather(&agent.facts);
	facts_print(&agent.facts, &agent.config, agent.init_ns, agent.port, &agent.text);
	channel_send(&agent.channel, FRAME_HELLO, "", agent.text.data, agent.text.len);
}

static bool prepare(void)
{
	char problem[4096];
	const char *code;

	set_phase("prepare");
	if (root_exists("/proc/config.gz"))
		send_file(&agent.channel, "/proc/config.gz");
	code = facts_check(&agent.facts, &agent.config, problem, sizeof(problem));
	if (code)
		return fail(code, problem);
	/* The dump of an out-of-memory kill is one line per stressor. */
	root_write("/proc/sys/vm/oom_dump_tasks", "0");
	root_write("/proc/self/oom_score_adj", "-1000");
	for (size_t i = 0; i < agent.config.load.count; i++) {
		modprobe(agent.config.load.items[i], problem, sizeof(problem));
		if (problem[0])
			return fail("DEPENDENCY_FAILED", problem);
	}
	send_counters(&agent.channel, "before");
	return true;
}

static uint64_t timeval_ns(const struct timeval *time)
{
	return time->tv_sec * NS_PER_S + time->tv_usec * 1000ULL;
}

static void send_exit(const struct ending *ending)
{
	bool exited = WIFEXITED(ending->status);

	channel_text(&agent.channel, FRAME_EXIT,
		     "cause=%s\ncode=%d\nwall_ns=%" PRIu64 "\nuser_ns=%" PRIu64
		     "\nsystem_ns=%" PRIu64 "\nmax_rss_bytes=%ld\n",
		     ending->timed_out ? "timeout" : exited ? "exited" : "signaled",
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
	sampler_start(&agent.sampler, &agent.channel, agent.config.sample_ns);
	error = process_start(&process, &agent.config.run, &agent.config.env);
	if (error) {
		sampler_stop(&agent.sampler);
		snprintf(problem, sizeof(problem), "%.256s: %s", agent.config.run.items[0],
			 strerror(-error));
		return fail("EXEC_FAILED", problem);
	}
	output_start(&agent.outputs[0], &agent.channel, process.out, "stdout");
	output_start(&agent.outputs[1], &agent.channel, process.err, "stderr");
	process_wait(&process, agent.config.deadline_ns, &ending);
	sampler_stop(&agent.sampler);
	for (int i = 0; i < 2; i++)
		output_stop(&agent.outputs[i]);
	if (ending.stuck)
		channel_text(&agent.channel, FRAME_NOTE,
			     "WORKLOAD_STUCK it hangs in the kernel and did not die of SIGKILL");
	send_exit(&ending);
	return true;
}

static void collect(void)
{
	set_phase("collect");
	send_counters(&agent.channel, "after");
	if (agent.config.alone)
		show_stats();
	for (size_t i = 0; i < agent.config.result.count; i++)
		send_file(&agent.channel, agent.config.result.items[i]);
}

/* Whether the host has said that it has all. */
static bool say_goodbye(void)
{
	bool heard;

	set_phase("shutdown");
	kmsg_stop(&agent.kmsg);
	/* The end frame is not among those that it counts. */
	channel_text(&agent.channel, FRAME_END,
		     "frames=%" PRIu32 "\nbytes=%" PRIu64 "\nkmsg_records=%" PRIu64
		     "\nkmsg_lost=%" PRIu64 "\nkmsg_withheld=%" PRIu64
		     "\noutput_bytes=%" PRIu64 "\noutput_withheld=%" PRIu64 "\nsamples=%" PRIu64
		     "\n", agent.channel.sequence, agent.channel.bytes, agent.kmsg.records,
		     agent.kmsg.lost, agent.kmsg.withheld,
		     agent.outputs[0].bytes + agent.outputs[1].bytes,
		     agent.outputs[0].withheld + agent.outputs[1].withheld, agent.sampler.samples);
	if (agent.config.alone) {
		console("end: %" PRIu32 " frames, %" PRIu64 " bytes, to nobody",
			agent.channel.sequence, agent.channel.bytes);
		return true;
	}
	heard = channel_await_host(&agent.channel, HOST_TIMEOUT_MS);
	console("end: %" PRIu32 " frames, %" PRIu64 " bytes, host %s", agent.channel.sequence,
		agent.channel.bytes, heard ? "has them" : "did not answer");
	return heard;
}

static bool run_trial(const struct options *options)
{
	char problem[512];
	bool configured = config_read(&agent.config, options->config, problem, sizeof(problem));
	bool good;
	int error;

	if (!configured)
		console("CONFIG_INVALID: %s", problem);
	load_early();
	processors_bring_up(agent.config.vcpus);
	if (!open_channel(options))
		return false;
	say_hello();
	error = kmsg_start(&agent.kmsg, &agent.channel);
	if (error)
		channel_text(&agent.channel, FRAME_NOTE, "KMSG_LOST /dev/kmsg: %s",
			     strerror(-error));
	good = configured ? prepare() : fail("CONFIG_INVALID", problem);
	if (good)
		good = run_workload();
	if (good)
		collect();
	return say_goodbye() && good;
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "channel", required_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'r')
			options->root = optarg;
		else if (option == 'c')
			options->channel = optarg;
		else if (option == 'f')
			options->config = optarg;
		else
			return false;
	}
	return optind == argc && options->root && options->channel;
}

static void block_signals(void)
{
	sigset_t child;

	signal(SIGPIPE, SIG_IGN);
	/* Taken by sigtimedwait() in process_wait(); threads inherit the mask. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
}

int agent_main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_PATH };
	bool guest = getpid() == 1;
	bool good;

	agent.init_ns = clock_ns(CLOCK_MONOTONIC);
	if (guest) {
		mount_all();
		fill_standard_descriptors();
	} else if (!parse_options(&options, argc, argv)) {
		fprintf(stderr, "usage: %s --root DIR --channel SOCKET [--config PATH-BELOW-DIR]\n"
			"Only as PID 1 of a guest it runs without options.\n", argv[0]);
		return 2;
	} else {
		root_set(options.root);
	}
	block_signals();
	good = run_trial(&options);
	if (guest)
		power_off();
	return good ? 0 : 1;
}
