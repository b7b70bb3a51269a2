import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const sources = projectPath('guests', 'agent');
const sanitizers = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-pthread'];
sanitizers.push('-fsanitize=address,undefined', '-fno-sanitize-recover=all');

/** Reads values, one a line, into two histograms that it merges, and prints what storm reports of them. */
const driver = `
#include <inttypes.h>
#include <stdio.h>
#include "common/histogram.h"
int main(void)
{
	static struct histogram parts[2], all;
	uint64_t value;

	for (int i = 0; scanf("%" SCNu64, &value) == 1; i++)
		histogram_add(&parts[i % 2], value);
	histogram_merge(&all, &parts[0]);
	histogram_merge(&all, &parts[1]);
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, all.count, all.min,
	       histogram_quantile(&all, 500), histogram_quantile(&all, 990), all.max);
	return 0;
}
`;

const folder = await mkdtemp(join(tmpdir(), 'modstorm-storm-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

t.test('the histogram is exact at its ends and within 0.8 % between them', async t => {
  await writeFile(join(folder, 'driver.c'), driver);
  const program = join(folder, 'driver');
  const files = [join(folder, 'driver.c'), join(sources, 'common', 'histogram.c')];
  await runProgram('gcc', [...sanitizers, `-I${sources}`, '-o', program, ...files]);
  const summarize = async (values: bigint[]): Promise<bigint[]> => {
    const { stdout } = await runProgram(program, [], { input: values.join('\n') });
    return stdout.split(' ').map(BigInt);
  };
  t.same(await summarize([]), [0n, 0n, 0n, 0n, 0n]);
  t.same(await summarize([7n]), [1n, 7n, 7n, 7n, 7n]);
  t.same(await summarize([1n, 2n, 3n, 63n]), [4n, 1n, 2n, 63n, 63n], 'small values are exact');
  const largest = 2n ** 64n - 1n;
  t.same((await summarize([0n, largest])).slice(0, 2), [2n, 0n]);
  t.equal((await summarize([0n, largest]))[4], largest);

  let state = 1n;
  const random = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & largest;
    return state;
  };
  const values = Array.from({ length: 5000 }, () => (random() >> (random() >> 58n)) + 1n);
  const sorted = values.toSorted((a, b) => (a < b ? -1 : 1));
  const found = await summarize(values);
  t.same([found[0], found[1], found[4]], [5000n, sorted[0], sorted[4999]]);
  for (const [place, rank] of [
    [2, 2500],
    [3, 4950],
  ] as const) {
    const exact = Number(sorted[rank - 1]);
    const error = Math.abs(Number(found[place]) - exact) / exact;
    t.ok(error <= 1 / 128, `rank ${rank}: ${found[place]} for ${exact}`);
  }
});

t.test('what storm refuses, before the kernel is asked for anything', async t => {
  await runProgram('make', ['-s', '-C', sources, `O=${folder}`, 'sanitized']);
  const program = join(folder, 'storm');
  await runProgram('ln', ['-s', join(folder, 'agent-sanitized'), program]);
  const modules = join(folder, 'modules');
  await mkdir(join(modules, 'kernel'), { recursive: true });
  await writeFile(join(modules, 'kernel', 'some-thing.ko'), 'no module');
  await writeFile(join(modules, 'kernel', 'packed.ko.gz'), gzipSync('no module'));
  await writeFile(join(modules, 'kernel', 'broken.ko.gz'), 'not gzip');
  const list = ['some-thing.ko:', 'packed.ko.gz: kernel/some-thing.ko', 'broken.ko.gz:'];
  await writeFile(join(modules, 'modules.dep'), list.map(line => `kernel/${line}\n`).join(''));

  const cases: [words: string, code: number, says: RegExp][] = [
    ['', 2, /--module is missing[\s\S]*usage:/],
    ['--module x y', 2, /only options are accepted/],
    ['--module x --workers 0', 2, /`0` is not a number from 1 to 1024/],
    ['--module x --workers 1025', 2, /1025/],
    ['--module x --workers 7x', 2, /7x/],
    ['--module x --kind fibre', 2, /`fibre` is neither thread nor process/],
    ['--module x --inode both', 2, /neither same nor own/],
    ['--module x --mode twice', 2, /neither once nor loop/],
    ['--module x --decompress nobody', 2, /neither user nor kernel/],
    ['--module x --fault --mode loop', 2, /--fault requires --mode once/],
    ['--module x --bogus', 2, /bogus/],
    ['--module thing', 1, /modules\.dep has no module thing/],
    ['--module some_thing --decompress kernel', 1, /is not compressed/],
    ['--module some_thing --decompress-inside', 1, /needs a compressed module/],
    ['--module packed --decompress-inside --call finit', 1, /--call init/],
    ['--module broken', 1, /cannot decompress .*broken\.ko\.gz with the program gzip/],
  ];
  for (const [words, code, says] of cases) {
    const argv = [...words.split(' ').filter(Boolean), '--modules', modules];
    const result = await startProgram(program, argv, { accept: 'any' }).done;
    t.equal(result.code, code, `${words}: ${result.stderr}`);
    t.match(result.stderr, says, words);
    t.notMatch(result.stderr, /Sanitizer|runtime error/, words);
  }
});
