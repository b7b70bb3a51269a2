/* SPDX-License-Identifier: MIT */
#ifndef AGENT_FACTS_H
#define AGENT_FACTS_H

#include <stdint.h>

#include "channel/text.h"
#include "init/config.h"

#define AGENT_VERSION "1"

/* What the guest has verified about itself. */
struct facts {
	uint64_t cpus_online;
	bool module_stats;
	bool autoload_dups;
	bool dups_trace;
	bool decompress;
};

void facts_gather(struct facts *facts);

/* The payload of the hello frame. */
void facts_print(const struct facts *facts, const struct config *config, uint64_t init_ns,
		 const char *port, struct text *text);

/*
 * Compares with what the config requires. Returns NULL, or an error code with
 * its message in @problem.
 */
const char *facts_check(const struct facts *facts, const struct config *config, char *problem,
			size_t size);

#endif
