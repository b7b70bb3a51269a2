import t from 'tap';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { runProgram } from '../../../harness/process/program.ts';
import { projectPath } from '../../../harness/project.ts';
import { exporter as junit } from '../../../harness/report/formats/junit.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';

const schema = projectPath('test', 'fixtures', 'schemas', 'junit.xsd');

/** Whether xmllint takes a text for a document of the schema; its words if not. */
async function lint(text: string): Promise<string> {
  const words = ['--nonet', '--noout', '--schema', schema, '-'];
  const { code, stderr } = await runProgram('xmllint', words, { input: text, accept: 'any' });
  return code === 0 ? '' : stderr;
}

const content = fakeAb(12);

t.test('a case for each cell and each verdict', async t => {
  const text = junit.run(reportRun(content, 'results/r'));
  t.equal(await lint(text), '');
  t.equal(text, goldenText('report/golden/junit.xml', text));
  t.match(text, /<failure message="REGRESSED: wasted_bytes got worse: /);
});

t.test('the comparison alone', async t => {
  const text = junit.comparison!(judgeRun(content)!, {});
  t.equal(await lint(text), '');
  t.match(text, /^ {2}<testsuite name="modstorm [^"]+ verdicts" tests="15" failures="2" errors="0" /m);
});

t.test('runs without numbers, and hostile names', async t => {
  for (const [name, report] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) })) {
    const text = junit.run(report);
    t.equal(await lint(text), '', name);
    t.notMatch(text, /[^\n\x20-\x7e\u00a0-\ufffd]/, `${name}: nothing that XML does not allow`);
  }
  const crashed = junit.run(troubledRuns()['everything crashed']!);
  t.match(crashed, /<testsuite name="modstorm quick cells" tests="6" failures="6" errors="0"/);
  const empty = junit.run(troubledRuns()['no finished trials']!);
  t.match(
    empty,
    /<testsuite name="modstorm quick cells" tests="6" failures="0" errors="0" time="0.000" skipped="6"/,
  );
  t.match(empty, 'message="3 boots: 3 not run"');
});

t.test('the schema refuses what is none of ours', async t => {
  const text = junit.run(reportRun(content, 'results/r'));
  t.not(await lint(text.replace('<testcase ', '<testcase colour="red" ')), '');
  t.not(await lint(text.replace('</testsuites>', '')), '');
});
