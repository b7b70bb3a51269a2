import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type PruneOptions, pruneCommand } from '../../../harness/cli/commands/prune.ts';
import { describeSelf } from '../../../harness/files/lock-holder.ts';
import { makeBaseline } from '../../../harness/store/baseline.ts';
import { BaselineStore } from '../../../harness/store/baseline-store.ts';
import { RunFolder } from '../../../harness/store/run-folder.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

const names = [1, 2, 3, 4].map(day => `2026110${day}T030000Z-nightly-000${day}`);
const now = Date.UTC(2026, 10, 4, 4);

/** Four nights, the last an hour old; a baseline is of the first. */
async function makeNights(root: string): Promise<string> {
  for (const run of names) {
    const content = fakeRunContent({
      run: fakeRun({ run }),
      cells: [fakeCell('a', 'stats', 1)],
      repetitions: 2,
      measure: () => ({ mods_loaded: 1 }),
    });
    const folder = writeFakeRun(root, content);
    mkdirSync(join(folder, 'trials', 'a-001'), { recursive: true });
    writeFileSync(join(folder, 'trials', 'a-001', 'console.log'), 'x'.repeat(10_000));
  }
  const first = await new RunFolder(join(root, names[0] ?? '')).load();
  const baselines = join(root, 'baselines');
  await new BaselineStore(baselines).save(makeBaseline('known', first));
  return baselines;
}

async function prune(root: string, options: Partial<PruneOptions>) {
  const context = fakeContext();
  const code = await pruneCommand(
    { keep: 1, results: root, baselines: join(root, 'baselines'), ...options },
    context,
    now,
  );
  const runs = readdirSync(root).filter(name => name.includes('nightly'));
  return { code, output: context.output, runs };
}

t.test('runs older than a day go, except that of a baseline', async t => {
  const root = t.testdir();
  await makeNights(root);
  const planned = await prune(root, { dryRun: true });
  t.strictSame(planned.runs, names);
  t.match(planned.output, /^would remove 20261102\S+ \(.*, 2 d old\)$/m);
  const { code, output, runs } = await prune(root, {});
  t.equal(code, 0);
  t.strictSame(runs, [names[0], names[3]]);
  t.match(output, /^kept 20261101.*: the baseline known was saved from it$/m);
  t.match(output, /^removed 20261102\S+ \(\d+(\.\d+)? KiB, 2 d old\)$/m);
  t.match(output, /^freed \d/m);
  t.match((await prune(root, {})).output, /^nothing to remove$/m);
});

t.test('only the runs of one owner', async t => {
  const root = t.testdir();
  await makeNights(root);
  const { runs } = await prune(root, { only: async ({ name }) => name !== names[1] });
  t.strictSame(runs, [names[0], names[1], names[3]]);
});

t.test('only the evidence', async t => {
  const root = t.testdir();
  await makeNights(root);
  const { runs, output } = await prune(root, { evidence: true });
  t.strictSame(runs, names);
  t.match(output, /^removed the evidence of 20261103\S+ \(/m);
  t.notOk(existsSync(join(root, names[2] ?? '', 'trials', 'a-001')));
  t.ok(existsSync(join(root, names[0] ?? '', 'trials', 'a-001')), 'that of a baseline stays');
  t.equal(
    (await new RunFolder(join(root, names[2] ?? '')).load()).records.length,
    2,
    'the run is still read',
  );
  t.match((await prune(root, { evidence: true })).output, /^nothing to remove$/m);
});

t.test('a run that is being written stays, and what a killed prune left goes', async t => {
  const root = t.testdir();
  await makeNights(root);
  writeFileSync(join(root, names[1] ?? '', 'journal.ndjson.lock'), JSON.stringify(describeSelf('writing')));
  mkdirSync(join(root, '.pruned-20261001T030000Z-nightly-0009'));
  const { output, runs } = await prune(root, {});
  t.match(output, /^kept 20261102\S+: it is being written by process \d+/m);
  t.strictSame(runs, [names[0], names[1], names[3]]);
});

t.test('without its baselines nothing is removed', async t => {
  const root = t.testdir();
  const baselines = await makeNights(root);
  writeFileSync(join(baselines, 'known.json'), '{');
  await t.rejects(prune(root, {}), { code: 'FILE_DAMAGED' });
  t.strictSame(
    readdirSync(root).filter(name => name.includes('nightly')),
    names,
  );
});
