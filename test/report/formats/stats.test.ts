import { readFileSync } from 'node:fs';
import t from 'tap';
import type { BootStats } from '../../../harness/judgement/side.ts';
import { parseModuleStats } from '../../../harness/measurement/module-stats/module-stats-text.ts';
import { projectPath } from '../../../harness/project.ts';
import { renderStatsTable, exporter as stats } from '../../../harness/report/formats/stats.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';

/** A real text, read and made ready to be printed again. */
function tableOf(text: string): BootStats {
  const stats = parseModuleStats(text);
  const counters = Object.entries(stats.counters).map(([name, value]) => [name, String(value)]);
  return { counters: Object.fromEntries(counters), duplicates: stats.duplicates };
}

t.test('the tables of the commit message come out as they are there', async t => {
  for (const name of ['255-vcpu-before', '8-vcpu-after']) {
    const text = readFileSync(projectPath('test', 'golden', `commit-df3e764d8e5c-${name}.stats.txt`), 'utf8');
    // The kernel that was merged writes the header with a capital.
    const expected = text.trimEnd().replace('module-name', 'Module-name');
    t.equal(renderStatsTable(tableOf(text)), expected, name);
  }
});

t.test('a text of 6.12 comes out as a terminal shows it', async t => {
  const text = readFileSync(projectPath('test', 'golden', '6.12', 'stats.txt'), 'utf8');
  const expanded = text
    .trimEnd()
    .split('\n')
    .map(line =>
      line.split('\t').reduce((shown, cell) => shown.padEnd((Math.floor(shown.length / 8) + 1) * 8) + cell),
    );
  t.equal(renderStatsTable(tableOf(text)), expanded.join('\n'));
});

t.test('the boot with the median waste is told, with its start-up line', async t => {
  const plan = fakePlan(
    [fakeCell('c1', 'stats', 8), fakeCell('c2', 'plain', 8), fakeCell('c3', 'stats', 2)],
    3,
  );
  const waste = ['9007199254740993', '0', '1000'];
  const records = plan.trials
    .filter(trial => trial.cell.id !== 'c3')
    .map(trial => {
      if (trial.cell.id === 'c2') return fakeRecord(trial, {}, undefined, { bootNs: 1e9 });
      const wasted = waste[trial.repetition - 1]!;
      return fakeRecord(trial, { wasted_bytes: wasted, settle_ns: 59_305_000_000 }, undefined, {
        bootNs: 41.653e9,
        counters: { before: {}, after: { modcount: '67', invalid_mod_bytes: wasted } },
        duplicateRequests: [{ name: 'crypto-aes\x1b', count: 3 }],
      });
    });
  // The boots are in random order, the cells in that of the matrix.
  const shuffled = { ...plan, trials: plan.trials.toReversed() };
  const text = stats.run(reportRun({ run: fakeRun(), plan: shuffled, records }, 'path'));
  t.ok(text.indexOf('trial c1-') < text.indexOf('trial c2-'));
  t.match(text, 'trial c1-003, the boot with the median waste of 3', 'not the first and not the last');
  t.match(text, 'Startup finished in 41.653s (kernel) + 59.305s (userspace) = 1min 40.958s');
  t.match(text, /^ {9}Mods ever loaded {7}67$/m);
  t.notMatch(text, 'Average mod size', 'what was not counted has no line');
  t.match(text, /Duplicate requests by the kernel itself/);
  t.notMatch(text, '\x1b', 'what the guest said is escaped');
  t.match(
    text,
    /config=plain vcpus=8: [^\n]+\ntrial c2-001, the first boot of 3\n\nthis boot has no module statistics/,
  );
  t.match(text, /config=stats vcpus=2: [^\n]+\nno boot of this cell passed\n$/);
});
