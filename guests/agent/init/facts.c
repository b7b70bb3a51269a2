// SPDX-License-Identifier: MIT
#include <cpuid.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/root.h"
#include "init/facts.h"

/* From here on, CPUID has what the hypervisor says about itself. */
#define HYPERVISOR_LEAF 0x40000000
/* In ECX of leaf 1, which no processor sets. */
#define bit_HYPERVISOR (1u << 31)

#define CPU_FOLDER "/sys/devices/system/cpu/"
#define NODE_FOLDER "/sys/devices/system/node/"

/* Returns the length of a list of CPUs or nodes such as `0-3,5`. */
static uint64_t count_list(const char *path)
{
	char line[4096];
	char *rest = line;
	char *range;
	uint64_t count = 0;

	if (root_read_line(path, line, sizeof(line)) <= 0)
		return 0;
	while ((range = strsep(&rest, ","))) {
		char *dash = strchr(range, '-');
		unsigned long first = strtoul(range, NULL, 10);
		unsigned long last = dash ? strtoul(dash + 1, NULL, 10) : first;

		if (last >= first)
			count += last - first + 1;
	}
	return count;
}

void facts_gather(struct facts *facts)
{
	char value[16];

	memset(facts, 0, sizeof(*facts));
	facts->cpus_online = count_list(CPU_FOLDER "online");
	facts->module_stats = root_exists("/sys/kernel/debug/modules/stats");
	facts->autoload_dups = root_read_line("/sys/module/module/parameters/enable_dups_trace",
					      value, sizeof(value)) > 0;
	facts->dups_trace = facts->autoload_dups && value[0] == 'Y';
	facts->decompress = root_exists("/sys/module/compression");
}

/* A value of /proc/meminfo in bytes. */
static void fact_memory(struct text *text, const char *meminfo, const char *key, const char *label)
{
	const char *line = strstr(meminfo, label);

	if (line)
		text_add(text, "%s=%llu\n", key, strtoull(line + strlen(label), NULL, 10) * 1024);
}

/* The value of a `name<tab>: value` line of /proc/cpuinfo. */
static void fact_cpu_model(struct text *text)
{
	char cpuinfo[4096];
	char *line, *end;

	root_read("/proc/cpuinfo", cpuinfo, sizeof(cpuinfo));
	line = strstr(cpuinfo, "model name");
	line = line ? strstr(line, ": ") : NULL;
	if (!line)
		return;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	text_fact(text, "cpu_model", line + 2);
}

/* The signature of the hypervisor, `KVMKVMKVM` under KVM; empty without one. */
static void fact_hypervisor(struct text *text)
{
	unsigned int eax, ebx, ecx, edx;
	char signature[13] = "";

	if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx & bit_HYPERVISOR) {
		__cpuid(HYPERVISOR_LEAF, eax, ebx, ecx, edx);
		memcpy(signature, &ebx, 4);
		memcpy(signature + 4, &ecx, 4);
		memcpy(signature + 8, &edx, 4);
	}
	text_fact(text, "hypervisor", signature);
}

static void facts_kernel(struct text *text)
{
	struct utsname kernel;

	uname(&kernel);
	text_fact(text, "release", kernel.release);
	text_fact(text, "version", kernel.version);
	text_fact(text, "machine", kernel.machine);
	text_fact_file(text, "command_line", "/proc/cmdline");
	text_fact_file(text, "decompress_algorithm", "/sys/module/compression");
	text_fact_file(text, "clocksource",
		       "/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

void facts_print(const struct facts *facts, const struct config *config, uint64_t init_ns,
		 const char *port, struct text *text)
{
	char meminfo[8192];

	text_fact(text, "agent", AGENT_VERSION);
	if (config->trial)
		text_fact(text, "trial", config->trial);
	facts_kernel(text);
	fact_cpu_model(text);
	fact_hypervisor(text);
	text_add(text, "cpus_online=%" PRIu64 "\n", facts->cpus_online);
	text_add(text, "cpus_configured=%" PRIu64 "\n", count_list(CPU_FOLDER "present"));
	/* The folder only exists with CONFIG_NUMA. */
	if (root_exists(NODE_FOLDER "online"))
		text_add(text, "numa_nodes=%" PRIu64 "\n", count_list(NODE_FOLDER "online"));
	text_add(text, "init_ns=%" PRIu64 "\n", init_ns);
	text_add(text, "uptime_ns=%" PRIu64 "\n", clock_ns(CLOCK_MONOTONIC));
	text_add(text, "boottime_ns=%" PRIu64 "\n", clock_ns(CLOCK_BOOTTIME));
	text_add(text, "page_size=%ld\n", sysconf(_SC_PAGESIZE));
	if (root_read("/proc/meminfo", meminfo, sizeof(meminfo)) > 0) {
		fact_memory(text, meminfo, "mem_total", "MemTotal:");
		fact_memory(text, meminfo, "mem_free", "MemFree:");
		fact_memory(text, meminfo, "mem_available", "MemAvailable:");
	}
	text_add(text, "module_stats=%d\n", facts->module_stats);
	text_add(text, "autoload_dups=%d\n", facts->autoload_dups);
	text_add(text, "dups_trace=%d\n", facts->dups_trace);
	text_add(text, "decompress=%d\n", facts->decompress);
	text_fact(text, "port", port);
}

static bool has_capability(const struct facts *facts, const char *name)
{
	if (!strcmp(name, "module_stats"))
		return facts->module_stats;
	if (!strcmp(name, "autoload_dups"))
		return facts->autoload_dups;
	if (!strcmp(name, "dups_trace"))
		return facts->dups_trace;
	return facts->decompress;
}

const char *facts_check(const struct facts *facts, const struct config *config, char *problem,
			size_t size)
{
	if (config->vcpus && config->vcpus != facts->cpus_online) {
		snprintf(problem, size, "%" PRIu64 " CPUs are online, not %" PRIu64,
			 facts->cpus_online, config->vcpus);
		return "CPUS_MISMATCH";
	}
	for (size_t i = 0; i < config->require.count; i++) {
		if (has_capability(facts, config->require.items[i]))
			continue;
		snprintf(problem, size, "the kernel does not have %s", config->require.items[i]);
		return "CAPABILITY_MISSING";
	}
	return NULL;
}
