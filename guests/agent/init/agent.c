// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/root.h"
#include "init/agent.h"
#include "init/config.h"
#include "init/system.h"
#include "init/trial.h"

static bool parse_options(struct trial_options *options, const char **root, int argc, char **argv)
{
	static const struct option names[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "channel", required_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'r')
			*root = optarg;
		else if (option == 'c')
			options->channel = optarg;
		else if (option == 'f')
			options->config = optarg;
		else
			return false;
	}
	return optind == argc && *root && options->channel;
}

static void block_signals(void)
{
	sigset_t child;

	signal(SIGPIPE, SIG_IGN);
	/* Received with sigtimedwait() in process_wait(); threads inherit the mask. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
}

int agent_main(int argc, char **argv)
{
	struct trial_options options = {
		.config = CONFIG_PATH,
		.init_ns = clock_ns(CLOCK_MONOTONIC),
	};
	bool guest = getpid() == 1;
	const char *root = NULL;
	bool good;

	if (guest) {
		mount_all();
		fill_standard_descriptors();
	} else if (!parse_options(&options, &root, argc, argv)) {
		fprintf(stderr,
			"usage: %s --root DIR --channel SOCKET [--config PATH-BELOW-DIR]\n"
			"Only as PID 1 of a guest it runs without options.\n",
			argv[0]);
		return 2;
	} else {
		root_set(root);
	}
	block_signals();
	good = trial_run(&options);
	if (guest)
		power_off();
	return good ? 0 : 1;
}
