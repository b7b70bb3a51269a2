import t from 'tap';
import { Parser } from 'tap-parser';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { exporter as tap } from '../../../harness/report/formats/tap.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';

const content = fakeAb(12);

/** What tap-parser reads, which must be all of it. */
function read(text: string) {
  const extra: string[] = [];
  const names: string[] = [];
  const parser = new Parser({ strict: true }, () => undefined);
  parser.on('extra', line => extra.push(line));
  parser.on('assert', ({ name }) => names.push(name));
  parser.end(text);
  return { results: parser.results!, extra, names };
}

t.test('a test point for each cell and each verdict', async t => {
  const text = tap.run(reportRun(content, 'results/r'));
  t.equal(text, goldenText('report/golden/report-tap.txt', text));
  const { results, extra } = read(text);
  t.strictSame(extra, []);
  t.match(results, { count: 21, fail: 2, bailout: false });
  t.match(results.failures[0], {
    name: 'verdicts: vcpus=4 config=stats+dups: wasted_bytes',
    diag: { severity: 'fail', message: /^REGRESSED: wasted_bytes got worse: / },
  });
  t.match(read(tap.comparison!(judgeRun(content)!, {})).results, { count: 15, fail: 2 });
});

t.test('runs without numbers, and hostile names', async t => {
  for (const [name, report] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) })) {
    const { results, extra, names } = read(tap.run(report));
    t.strictSame(extra, [], `${name}: every line is TAP`);
    t.equal(results.count, results.plan.end, `${name}: as many as planned`);
    t.equal(results.bailout, false, name);
    t.equal(new Set(names).size, names.length, `${name}: each by its name`);
  }
  t.match(read(tap.run(troubledRuns()['no finished trials']!)).results, { ok: true, skip: 6, pass: 6 });
  t.match(read(tap.run(troubledRuns()['everything crashed']!)).results, { ok: false, fail: 6 });
});
