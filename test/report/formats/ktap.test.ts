import t from 'tap';
import { exporter as ktap } from '../../../harness/report/formats/ktap.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';

/** The lines that Documentation/dev-tools/ktap.rst knows, in one test and in a test nested in it. */
const lineForm =
  /^(?: {2})?(?:KTAP version 1|1\.\.\d+(?: # SKIP [^#]+)?|(?:not )?ok \d+ [^#\s][^#]*(?:# SKIP [^#]+)?|# .*)$/;

t.test('cells and verdicts as nested tests', async t => {
  const text = ktap.run(reportRun(fakeAb(12), 'results/r'));
  t.equal(text, goldenText('report/golden/report.ktap', text));
});

t.test('every line is KTAP, and as many results as planned', async t => {
  for (const [name, report] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) })) {
    const lines = ktap.run(report).trimEnd().split('\n');
    t.strictSame(
      lines.filter(line => !lineForm.test(line)),
      [],
      name,
    );
    const results = (indent: string) => lines.filter(line => new RegExp(`^${indent}(?:not )?ok `).test(line));
    const planned = (indent: string) =>
      lines
        .flatMap(line => new RegExp(`^${indent}1\\.\\.(\\d+)`).exec(line)?.[1] ?? [])
        .reduce((sum, count) => sum + Number(count), 0);
    for (const indent of ['', ' {2}']) t.equal(results(indent).length, planned(indent), name);
  }
});
