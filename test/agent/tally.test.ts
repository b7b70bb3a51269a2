import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/** As many threads as the argument says each fail with their index as errno; the first two succeed. */
const driver = `
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include "crowd.h"
#include "tally.h"
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void fail(unsigned int index, void *data)
{
	pthread_mutex_lock(&lock);
	tally_add(data, index < 2 ? 0 : -(int)index);
	pthread_mutex_unlock(&lock);
}
int main(int argc, char **argv)
{
	struct tally tally = { };
	uint64_t released;
	int error = crowd_run(argc > 1 ? atoi(argv[1]) : 0, fail, &tally, &released);

	tally_print(stdout, &tally, "ENOENT EEXIST ENODEV");
	return error || !released || errno_of_name("ENODEV", 6) != ENODEV || errno_of_name("ENO", 3);
}
`;

t.test('every thread of a crowd runs, and its error is counted by name', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-tally-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sources = projectPath('guests', 'agent');
  const program = join(folder, 'driver');
  await writeFile(join(folder, 'driver.c'), driver);
  const words = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-pthread', `-I${sources}`];
  words.push('-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o', program);
  words.push(join(folder, 'driver.c'), join(sources, 'crowd.c'), join(sources, 'tally.c'));
  await runProgram('gcc', words);
  const { stdout, stderr } = await runProgram(program, ['150']);
  const values = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map(line => line.split(' ')),
  );
  t.same(values, {
    attempts: '150',
    successes: '2',
    errno_ENOENT: '1',
    errno_EEXIST: '1',
    errno_ENODEV: '1',
    errno_other: '145',
  });
  t.match(stderr, /^EBUSY 1 times$/m, 'what has no line of its own is named');
  t.match(stderr, /^an unknown error 16 times$/m, 'and what is beyond the last errno, 133, is told');
});
