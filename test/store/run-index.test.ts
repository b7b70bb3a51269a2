import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RunFolder } from '../../harness/store/run-folder.ts';
import { RunIndex } from '../../harness/store/run-index.ts';
import type { SummarisedCell } from '../../harness/store/run-summary.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';

const level = { n: 3, least: 0, greatest: '9223372036854775808', mean: 1.5, median: 1 };
const cell: SummarisedCell = {
  id: 'a',
  label: 'config=stats',
  settings: { config: 'stats' },
  design: 'fixed-work',
  facts: { cpu_model: 'max' },
  levels: { mods_loaded: level },
};

function makeRun(root: string, name: string): RunFolder {
  const content = fakeRunContent({
    run: fakeRun({ run: name }),
    cells: [fakeCell('a', 'stats', 1)],
    repetitions: 2,
    measure: () => ({ mods_loaded: 1 }),
  });
  return new RunFolder(writeFakeRun(root, content));
}

t.test('a summary is made once, and again when a file of its run changes', async t => {
  const root = t.testdir();
  const run = makeRun(root, '20261121T030000Z-quick-0001');
  let made = 0;
  const obtain = () =>
    new RunIndex(root).obtain(run, async () => {
      made++;
      return [cell];
    });
  t.strictSame(await obtain(), [cell]);
  t.strictSame(await obtain(), [cell], 'also with a value beyond 2^53');
  t.equal(made, 1);
  for (const file of [run.runFile, run.planFile, run.journalFile]) {
    made = 0;
    writeFileSync(file, readFileSync(file));
    await obtain();
    t.equal(made, 1, file);
  }
});

t.test('a damaged index is as good as none', async t => {
  const root = t.testdir();
  const run = makeRun(root, '20261121T030000Z-quick-0001');
  const file = join(root, '.index', `${run.name}.json`);
  const state = await run.state();
  const texts = [
    '',
    '{',
    'null',
    JSON.stringify({ version: 2, state, cells: [cell] }),
    JSON.stringify({ version: 1, state, cells: [{ ...cell, levels: { mods_loaded: { ...level, n: 0 } } }] }),
    JSON.stringify({ version: 1, state, cells: [{ ...cell, levels: 7 }] }),
  ];
  mkdirSync(join(root, '.index'));
  for (const text of texts) {
    writeFileSync(file, text);
    const other = { ...cell, label: text };
    t.strictSame(await new RunIndex(root).obtain(run, async () => [other]), [other], text);
    t.strictSame(JSON.parse(readFileSync(file, 'utf8')).cells, [other], 'and is mended');
  }
});

t.test('a run that cannot be summarised leaves nothing, and its error is passed on', async t => {
  const root = t.testdir();
  const run = makeRun(root, '20261121T030000Z-quick-0001');
  const failing = new RunIndex(root).obtain(run, () => Promise.reject(new Error('damaged journal')));
  await t.rejects(failing, { message: 'damaged journal' });
  t.notOk(existsSync(join(root, '.index')));
});

t.test('a folder that cannot be written has no index', async t => {
  const root = t.testdir();
  const run = makeRun(root, '20261121T030000Z-quick-0001');
  // A file in its place also stops root, whom no permission stops.
  writeFileSync(join(root, '.index'), '');
  t.strictSame(await new RunIndex(root).obtain(run, async () => [cell]), [cell]);
  await new RunIndex(root).forgetAllBut([]);
});

t.test('the summaries of runs that are gone are removed', async t => {
  const root = t.testdir();
  const index = new RunIndex(root);
  const runs = ['20261121T030000Z-quick-0001', '20261122T030000Z-quick-0002'].map(name =>
    makeRun(root, name),
  );
  for (const run of runs) await index.obtain(run, async () => [cell]);
  writeFileSync(join(root, '.index', 'note.txt'), 'of somebody else');
  await index.forgetAllBut(runs.slice(1));
  t.strictSame(readdirSync(join(root, '.index')).sort(), ['20261122T030000Z-quick-0002.json', 'note.txt']);
});
