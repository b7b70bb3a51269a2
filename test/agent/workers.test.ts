import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/**
 * As many workers as the first argument says, threads or processes as the second does, fail with their index as errno;
 * the first two succeed.
 */
const driver = `
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "common/clock.h"
#include "common/errno-counts.h"
#include "common/workers.h"
static uint64_t *began;
static void work(unsigned int index, void *data)
{
	began[index] = clock_ns(CLOCK_MONOTONIC);
	((int *)data)[index] = index < 2 ? 0 : -(int)index;
}
int main(int argc, char **argv)
{
	unsigned int count = atoi(argv[1]);
	int *errors = shared_memory(count * sizeof(*errors));
	struct worker_group group = {
		.count = count, .processes = argc > 2 && !strcmp(argv[2], "process"),
		.settle_ms = 5, .work = work, .data = errors,
	};
	struct errno_counts counts = { }, twice = { };
	uint64_t released = 0;

	began = shared_memory(count * sizeof(*began));
	if (!workers_run(&group, &released))
		return 1;
	for (unsigned int i = 0; i < count; i++) {
		errno_counts_add(&counts, errors[i]);
		if (began[i] < released)
			return 2;
	}
	errno_counts_merge(&twice, &counts);
	errno_counts_merge(&twice, &counts);
	errno_counts_print(stdout, &twice, "ENOENT EEXIST ENODEV");
	return errno_of_name("ENODEV", 6) != ENODEV || errno_of_name("ENO", 3) ? 3 : 0;
}
`;

t.test('workers begin together, and their errors are counted by name', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-workers-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sources = projectPath('guests', 'agent');
  const program = join(folder, 'driver');
  await writeFile(join(folder, 'driver.c'), driver);
  const words = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-pthread', `-I${sources}`];
  words.push('-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o', program);
  const shared = ['complain.c', 'errno-counts.c', 'start-gate.c', 'workers.c'];
  await runProgram('gcc', [
    ...words,
    join(folder, 'driver.c'),
    ...shared.map(file => join(sources, 'common', file)),
  ]);
  for (const kind of ['thread', 'process']) {
    const { stdout, stderr } = await runProgram(program, ['150', kind]);
    const lines = stdout.trim().split('\n');
    t.same(Object.fromEntries(lines.map(line => line.split(' '))), {
      attempts: '300',
      successes: '4',
      errno_ENOENT: '2',
      errno_EEXIST: '2',
      errno_ENODEV: '2',
      errno_other: '290',
    });
    t.match(stderr, /^driver: EBUSY 2 times$/m, 'what has no line of its own is named');
    t.match(
      stderr,
      /^driver: an unknown error 32 times$/m,
      'and what is beyond the last errno, 133, is told',
    );
  }
});

t.test('a worker that dies is told, and nothing waits for it', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-workers-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sources = projectPath('guests', 'agent');
  const program = join(folder, 'driver');
  const text = `
#include <unistd.h>
#include "common/workers.h"
static void work(unsigned int index, void *data)
{
	(void)data;
	if (index % 2)
		_exit(7);
}
int main(void)
{
	struct worker_group group = { .count = 9, .processes = true, .work = work };
	uint64_t released;

	return workers_run(&group, &released) ? 0 : 1;
}
`;
  await writeFile(join(folder, 'driver.c'), text);
  const files = ['complain.c', 'start-gate.c', 'workers.c'].map(file => join(sources, 'common', file));
  const words = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-pthread', `-I${sources}`, '-o', program];
  await runProgram('gcc', [...words, join(folder, 'driver.c'), ...files]);
  const result = await runProgram(program, [], { accept: 'any' });
  t.equal(result.code, 1);
  t.match(result.stderr, /^driver: 4 of 9 workers died$/m);
});
