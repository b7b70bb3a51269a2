// SPDX-License-Identifier: MIT
/* Makes system calls for which the kernel requests a module, from many threads at once. */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_alg.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/errno-counts.h"
#include "common/result-file.h"
#include "common/workers.h"
#include "programs/autoload.h"

struct target {
	const char *kind;
	int (*call)(const char *name);
	/* The first argument, by which the kernel requests the module. */
	const char *name;
};

/* socket() requests net-pf-FAMILY (net/socket.c, __sock_create). */
static int open_socket(const char *family)
{
	int number = atoi(family);
	int fd = socket(number, number == AF_PACKET ? SOCK_DGRAM : SOCK_SEQPACKET, 0);
	int error = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/*
 * mount() requests fs-TYPE (fs/filesystems.c, get_fs_type) if the mount point
 * exists. The device does not exist, so nothing is ever mounted.
 */
static int mount_nothing(const char *type)
{
	return mount("/nowhere", "/", type, 0, NULL) ? -errno : 0;
}

/* bind() requests algif-TYPE (crypto/af_alg.c), then crypto-NAME (crypto/api.c). */
static int bind_cipher(const char *name)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "hash" };
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", name);
	error = bind(fd, (const struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	close(fd);
	return error;
}

/* The modules for these are listed in guests/workloads/autoload-plain.yaml. */
static const struct target targets[] = {
	{ "sockets", open_socket, "17" }, /* af_packet */
	{ "sockets", open_socket, "38" }, /* af_alg */
	{ "filesystems", mount_nothing, "xfs" }, { "filesystems", mount_nothing, "minix" },
	{ "ciphers", bind_cipher, "rmd160" },	 { "ciphers", bind_cipher, "wp512" },
};

/* Declared as metrics in guests/workloads/autoload-plain.yaml. */
static const char reported_errors[] = "EAFNOSUPPORT ENODEV ENOENT EINVAL";

static struct {
	const char *what;
	pthread_barrier_t together;
	pthread_mutex_t lock;
	struct errno_counts counts;
} job = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool wanted(const struct target *target)
{
	return !strcmp(job.what, "all") || !strcmp(job.what, target->kind);
}

static void ask(unsigned int index, void *data)
{
	(void)index;
	(void)data;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		int error;

		if (!wanted(&targets[i]))
			continue;
		/* Otherwise a late thread would find the module loaded. */
		pthread_barrier_wait(&job.together);
		error = targets[i].call(targets[i].name);
		pthread_mutex_lock(&job.lock);
		errno_counts_add(&job.counts, error);
		pthread_mutex_unlock(&job.lock);
	}
}

static bool write_result(const char *file, uint64_t took_ns)
{
	FILE *out = result_file_open(file);

	if (!out)
		return false;
	errno_counts_print(out, &job.counts, reported_errors);
	fprintf(out, "autoload_ns %" PRIu64 "\n", took_ns);
	return result_file_close(out, file);
}

int autoload_plain_main(int argc, char **argv)
{
	unsigned long threads = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	struct worker_group group = { .count = threads, .work = ask };
	uint64_t released_ns;
	bool known = false;

	job.what = argc == 4 ? argv[1] : "";
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		known |= wanted(&targets[i]);
	if (!known || !threads || threads > WORKERS_MAX) {
		fprintf(stderr,
			"usage: autoload-plain sockets|filesystems|ciphers|all THREADS "
			"OUTPUT, with at most %d threads\n",
			WORKERS_MAX);
		return 2;
	}
	pthread_barrier_init(&job.together, NULL, threads);
	if (!workers_run(&group, &released_ns))
		return 1;
	return write_result(argv[3], clock_ns(CLOCK_MONOTONIC) - released_ns) ? 0 : 1;
}
