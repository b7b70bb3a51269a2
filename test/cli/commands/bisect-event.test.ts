import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openBisection } from '../../../harness/bisect/bisection/bisection.ts';
import { bisectCommand } from '../../../harness/cli/commands/bisect.ts';
import { subjectOfEvent } from '../../../harness/cli/commands/bisect-event.ts';
import { historyCommand } from '../../../harness/cli/commands/history.ts';
import { readWorkloads } from '../../../harness/cli/inputs.ts';
import { loadMatrix } from '../../../harness/matrix/load.ts';
import type { KernelSource } from '../../../harness/matrix/matrix.ts';
import { GitFixture } from '../../bisect/tree/git-fixture.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

const text = `kernels: { mine: { tree: /linux, rev: master } }
config: stats
axes: { vcpus: [2, 4] }
workload: { storm: { workers: 16, inode: same } }
trials: 10
`;
const workloads = await readWorkloads();
const matrix = loadMatrix(text, { file: 'nightly.yaml', workloads, fragments: ['stats'] });

/** Sixteen nights; from the ninth on a commit makes a storm on two CPUs waste memory. */
function makeNights(
  root: string,
  sourceOf: (night: number) => KernelSource,
  { tree, early, later } = { tree: '/linux', early: 'v6.18', later: 'v6.18-7-g0123456789ab' },
): void {
  mkdirSync(root, { recursive: true });
  for (let night = 1; night <= 16; night++) {
    const day = String(night).padStart(2, '0');
    const late = night >= 9;
    const described = late ? later : early;
    const { cells: _, ...recorded } = matrix;
    const run = fakeRun({
      run: `202611${day}T030000Z-nightly-00${day}`,
      startedAt: `2026-11-${day}T03:00:00.000Z`,
      matrixFile: 'nightly.yaml',
      matrix: { ...recorded, kernels: { mine: sourceOf(night) } },
      workloads: { storm: 1 },
      kernels: [
        {
          ...{ kernel: 'mine', config: 'stats', key: 'k', release: '6.18' },
          objectDigest: late ? 'new' : 'old',
          origin: `${tree} ${described}`,
        },
      ],
    });
    writeFakeRun(
      root,
      fakeRunContent({
        run,
        cells: matrix.cells,
        repetitions: 10,
        seed: night,
        measure: (cell, random) => ({
          wasted_bytes: late && cell.vcpus === 2 ? 15e6 + random.integer(1000) : random.integer(1000),
        }),
      }),
    );
  }
}

async function eventOf(root: string): Promise<string> {
  const context = fakeContext();
  await historyCommand(root, { baselines: join(root, 'none'), json: true }, context);
  return JSON.parse(context.output).events[0].id;
}

t.test('an event says what is bisected, and brings its boots', async t => {
  const root = t.testdir();
  makeNights(root, () => ({ kind: 'tree', path: '/linux', revision: 'master' }));
  const subject = await subjectOfEvent(await eventOf(root), { results: root });
  t.match(subject, {
    tree: '/linux',
    good: 'v6.18',
    bad: 'v6.18-7-g0123456789ab',
    terms: { good: 'good', bad: 'bad' },
    metric: 'wasted_bytes',
    worse: 'higher',
    accelerator: 'tcg',
    cells: [{ vcpus: 2 }],
  });
  const { good, bad } = subject.earlier!;
  t.match(good, { run: '20261108T030000Z-nightly-0008', code: 'old', conditions: { qemu: '7.2.22' } });
  t.match(bad, { run: '20261109T030000Z-nightly-0009', code: 'new' });
  t.strictSame([good.values.length, bad.values.length], [10, 10]);
  t.ok(bad.values.every(value => value >= 15e6));
});

t.test('what is of no git tree cannot be bisected', async t => {
  const root = t.testdir({ debian: {}, patched: {}, moved: {} });
  const sources: Record<string, (night: number) => KernelSource> = {
    debian: () => ({ kind: 'debian', package: 'linux-source-6.18' }),
    patched: () => ({ kind: 'tree', path: '/linux', revision: 'master', patches: ['a.patch'] }),
    moved: night => ({ kind: 'tree', path: night < 9 ? '/elsewhere' : '/linux', revision: 'master' }),
  };
  for (const [name, sourceOf] of Object.entries(sources)) {
    const folder = join(root, name);
    makeNights(folder, sourceOf);
    const id = await eventOf(folder);
    await t.rejects(subjectOfEvent(id, { results: folder }), { code: 'HISTORY_KERNELS' }, name);
  }
  await t.rejects(subjectOfEvent('ffffffff', { results: join(root, 'debian') }), { code: 'HISTORY_EVENT' });
});

t.test('an event becomes a bisection by one command', async t => {
  const fixture = await GitFixture.create();
  t.teardown(() => fixture.remove());
  process.env['MODSTORM_CACHE'] = join(fixture.root, 'cache');
  const early = await fixture.commit('early', { x: '0' });
  const later = await fixture.commit('later', { x: '1' });
  const results = join(fixture.root, 'results');
  const source = { kind: 'tree', path: fixture.path, revision: 'master' } as const;
  makeNights(results, () => source, { tree: fixture.path, early, later });
  const context = fakeContext();
  const event = await eventOf(results);
  // Its tree is no kernel, so that the first build ends it.
  t.equal(
    await bisectCommand(
      undefined,
      [],
      { skip: [], fixup: [], filter: [], accel: 'auto', revert: true, results, event },
      context,
    ),
    1,
  );
  t.match(context.output, /^an end cannot be tested: /);
  const { record } = await openBisection('latest', results);
  t.match(record, {
    ...{ good: early, bad: later, metric: 'wasted_bytes', matrixFile: 'nightly.yaml', accelerator: 'tcg' },
    earlier: {
      good: { run: '20261108T030000Z-nightly-0008' },
      bad: { run: '20261109T030000Z-nightly-0009' },
    },
  });
});
