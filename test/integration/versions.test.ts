import t from 'tap';
import { readMatrix } from '../../harness/cli/inputs.ts';
import { listFragments } from '../../harness/kernel/fragments.ts';
import { probeKernel } from '../../harness/run/probe-kernel.ts';

/** Kernels of matrices/versions.yaml with the smallest config that counts. */
async function probe(name: string) {
  const { matrix, workloads } = await readMatrix('versions');
  return probeKernel({
    name,
    source: matrix.kernels[name]!,
    config: 'stats',
    ownFragments: {},
    workloads,
    fragments: await listFragments(),
    requested: 'tcg',
    cores: 2,
    signal: new AbortController().signal,
    sink: () => {},
  });
}

for (const [name, release] of [
  ['lts', /^6\.12\./],
  ['next', /^7\./],
] as const) {
  t.test(`${name} builds, boots and tells what it can do`, async t => {
    const found = await probe(name);
    t.match(found.release, release);
    t.equal(found.moduleStats, true);
    t.equal(found.autoloadDups, false, 'the config has no dups');
    t.equal(found.decompress, false);
    t.equal(found.cpusOnline, 2);
    t.equal(found.mergesSameInode, true, 'kernels from 6.5 on merge loads of one file');
    t.equal(found.sameFile.attempts, 16);
    t.equal(found.testKmod, true, 'it is built beside every kernel');
    t.ok(found.modules > 0);
  });
}
