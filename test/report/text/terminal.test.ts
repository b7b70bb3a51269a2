import { stripVTControlCharacters } from 'node:util';
import t from 'tap';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { isColoured, makePaint } from '../../../harness/paint.ts';
import { exporter as terminal } from '../../../harness/report/formats/terminal.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { fitLines } from '../../../harness/report/text/fit-lines.ts';
import { rowTable } from '../../../harness/report/text/row-table.ts';
import { stripPlot } from '../../../harness/report/text/strip-plot.ts';
import type { RunContent } from '../../../harness/store/run-folder.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';

/** Only the cells with so many vCPUs, as `--filter vcpus=…` leaves them. */
function filtered({ run, plan, records }: RunContent, vcpus: number): RunContent {
  const cells = plan.cells.filter(cell => cell.vcpus === vcpus);
  const trials = plan.trials.filter(({ cell }) => cells.includes(cell));
  const ids = new Set(cells.map(({ id }) => id));
  return { run, plan: { ...plan, cells, trials }, records: records.filter(({ cell }) => ids.has(cell)) };
}

t.test('nothing is wider than its terminal', async t => {
  const reports = {
    'several pairs': reportRun(fakeAb(), 'results/r'),
    'one pair': reportRun(filtered(fakeAb(), 4), 'results/r'),
    hostile: hostileRun(hostileText),
    ...troubledRuns(),
  };
  for (const [name, report] of Object.entries(reports)) {
    for (const width of [40, 80, 200]) {
      for (const options of [{}, { all: true, plot: true }]) {
        const lines = terminal.run(report, { ...options, width }).split('\n');
        const longest = Math.max(...lines.map(line => line.length));
        t.ok(longest <= width, `${name} at ${width}: ${longest}`);
      }
    }
  }
  const compared = terminal.comparison!(judgeRun(fakeAb())!, { width: 40 });
  t.ok(compared.split('\n').every(line => line.length <= 40));
});

t.test('columns are left out by importance, and named', async t => {
  const plain = fakeAb();
  delete plain.run.matrix.compare;
  const text = terminal.run(reportRun(plain, 'results/r'), { width: 80 });
  t.match(text, /^ {2}range +10\.\.18 +16\.\.28$/m, 'what failed and what was wasted stay');
  t.match(text, /^no room for: boot s, workload s$/m);
  const narrow = terminal.run(reportRun(plain, 'results/r'), { width: 40 });
  t.match(narrow, /^config=stats vcpus=16\n {2}n {16}12\n/m, 'a block for each cell');
  t.match(narrow, /^ {2}boot s +1\.\d\d {2}\[1\.\d\d\.\.1\.\d\d\]$/m, 'and all of its values');
});

t.test('an A/B of one cell opens with the answer, and tells the rest on request', async t => {
  const report = reportRun(filtered(fakeAb(), 4), 'results/r');
  const text = terminal.run(report);
  t.match(text, /^REGRESSED: wasted_bytes got worse: [^\n]*\n\nquick: 24 trials of 2 cells/);
  t.match(text, /^all cells: vcpus=4$/m, 'what all rows share is said once');
  t.match(text, /^config=stats +12 /m, 'and not in a row');
  const table = /^vcpus=4 config=stats\+dups\n([\s\S]*?)\n\n/m.exec(text)?.[1] ?? '';
  t.notMatch(table, /boot s|workload s|mods loaded/);
  t.match(table, /4 more metrics without news; --all shows them/);
  t.match(terminal.run(report, { all: true }), /^ {2}boot s /m);
  const same = filtered(fakeAb(), 1);
  t.match(terminal.run(reportRun(same, 'r')), /^INCONCLUSIVE: wasted_bytes /, 'an open answer is one too');
  t.match(
    terminal.run(reportRun(fakeAb(), 'r')),
    /^REGRESSED in 2 of 3 pairs, most clearly in vcpus=4 config=stats\+dups: wasted_bytes got worse: /,
    'of several pairs the clearest',
  );
});

t.test('what failed stands at the end, with the command that boots it again', async t => {
  const text = terminal.run(troubledRuns()['everything crashed']!, { width: 80 });
  const end = text.slice(text.indexOf('verdict: '));
  t.match(end, /^CRASHED {2}\S+ {2}config=stats vcpus=1: BUG: unable to handle page fault$/m);
  t.match(end, /^ {2}evidence: results\/r\/trials\//m);
  const again = / {2}again: {4}(.*\\\n.*)\n/.exec(end)?.[1] ?? '';
  t.equal(
    again.replace(/ \\\n +/, ' '),
    'npm run -s modstorm -- run matrices/quick.yaml --filter config=stats --filter vcpus=1 --repetitions 1',
    'a shell joins the lines again',
  );
  t.match(end, /\n\n18 trials in [^\n]*: 18 crashed\nresults\/r\n$/);
});

t.test('colour says what words and marks say, and only on request', async t => {
  const text = terminal.run(reportRun(fakeAb(), 'results/r'));
  const coloured = terminal.colour!(text, makePaint(true));
  t.match(coloured, '\x1b[31m+246.0% *\x1b[0m');
  t.match(coloured, 'verdict: \x1b[31mREGRESSED\x1b[0m');
  t.equal(stripVTControlCharacters(coloured), text);
  t.equal(terminal.colour!(text, makePaint(false)), text);
  t.equal(isColoured({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
  t.equal(isColoured({}, false), false);
});

t.test('samples as a plot', async t => {
  t.strictSame(
    stripPlot(
      [
        { label: 'a', values: [0, 0, 9] },
        { label: 'new', values: [9, 9, 9, 9] },
      ],
      String,
      18,
    ),
    ['a   |:          .|', 'new |           #|', '     0          9'],
  );
  t.strictSame(stripPlot([{ label: 'a', values: [7, 7] }], String, 80), [], 'nothing varies');
  t.strictSame(stripPlot([], String, 80), []);
  t.match(
    terminal.run(reportRun(fakeAb(), 'r'), { plot: true }),
    /^ {4}base \|[ .:#]+\|\n {4}new {2}\|[ .:#]+\|$/m,
  );
});

t.test('lines and tables that do not fit', async t => {
  t.strictSame(fitLines(['  | abcdefghij'], 8), ['  | abc…']);
  t.strictSame(fitLines(['  a bc def'], 8), ['  a bc', '    def']);
  const columns = ['one', 'two'].map(head => ({ head: [head], align: 'left' as const }));
  const table = rowTable('cell', columns, [{ label: 'a long label', values: ['1', '-'] }], 10);
  t.strictSame(table.lines, ['a long', '  label', '  one  1'], 'without ranks no column is left out');
});
