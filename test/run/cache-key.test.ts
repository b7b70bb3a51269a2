import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fragmentNames, readWorkloads } from '../../harness/cli/inputs.ts';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { runProgram } from '../../harness/process/program.ts';
import { cacheKey } from '../../harness/run/cache-key.ts';

const workloads = await readWorkloads();
const fragments = await fragmentNames();

/** A git tree that looks like a kernel, and a function that commits a change of it. */
async function makeTree(path: string): Promise<(text: string) => Promise<void>> {
  const git = (...words: string[]) => runProgram('git', ['-C', path, ...words]);
  mkdirSync(path);
  await git('init', '-q');
  return async text => {
    writeFileSync(join(path, 'Makefile'), text);
    await git('add', '.');
    await git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '-m', 'change');
  };
}

t.test('the key follows what kernels and images are made from', async t => {
  const tree = join(t.testdir(), 'linux');
  const commit = await makeTree(tree);
  await commit('VERSION = 6\nPATCHLEVEL = 12\n');
  const keyOf = (text: string) => {
    const matrix = loadMatrix(`kernels: { mine: { tree: ${tree}, rev: HEAD } }\n${text}`, {
      ...{ file: 'm.yaml', workloads, fragments },
    });
    const { signal } = new AbortController();
    return cacheKey({ matrix, cells: matrix.cells, workloads, signal, sink: () => undefined });
  };
  const plain = await keyOf('config: stats\n');
  t.match(plain.key, /^modstorm-[0-9a-f]{16}-[0-9a-f]{16}$/);
  t.equal(plain.kernelKeys.length, 1);
  t.strictSame(await keyOf('config: stats\n'), plain, 'it is stable');
  t.strictSame(
    await keyOf('config: stats\ntrials: 9\naxes: { vcpus: [1, 2] }\n'),
    plain,
    'boots do not matter',
  );
  const storm = (compression: string) =>
    keyOf(`config: stats\nworkload: storm\ncompression: ${compression}\n`);
  t.not((await storm('xz')).key, (await storm('none')).key);
  const workload = await keyOf('config: stats\nworkload: { stress-ng: { instances: 7 } }\n');
  t.equal(workload.kernels, plain.kernels, 'a cache with the kernels still helps');
  t.not(workload.key, plain.key);
  const config = await keyOf('config: stats+dups\n');
  t.not(config.kernels, plain.kernels);
  await commit('VERSION = 6\nPATCHLEVEL = 13\n');
  t.not((await keyOf('config: stats\n')).kernels, plain.kernels, 'another commit');
});
