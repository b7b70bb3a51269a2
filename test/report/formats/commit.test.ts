import { readFileSync } from 'node:fs';
import t from 'tap';
import { compareAcross } from '../../../harness/judgement/compare-sides.ts';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { sideOfRun, sideOfText } from '../../../harness/judgement/side.ts';
import { parseModuleStats } from '../../../harness/measurement/module-stats/module-stats-text.ts';
import { projectPath } from '../../../harness/project.ts';
import { commitStyles } from '../../../harness/report/export-options.ts';
import { exporter as commit } from '../../../harness/report/formats/commit.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent } from '../../fakes/run-folder-fixture.ts';
import { checkMailText } from '../commit/mail-rules.ts';

const content = fakeAb();
const comparison = judgeRun(content)!;

/** A text as `modstorm compare` reads it. */
const textSide = (name: string) => {
  const file = projectPath('test', 'golden', `commit-df3e764d8e5c-${name}.stats.txt`);
  return sideOfText(`${name}.txt`, parseModuleStats(readFileSync(file, 'utf8')));
};

function checkGolden(name: string, text: string) {
  t.equal(text, goldenText(`report/golden/commit-${name}.txt`, text), name);
  checkMailText(t, text, name);
}

t.test('scaling over vCPUs, with bars', async () => {
  checkGolden('scaling', commit.comparison!(comparison, { plot: true }));
});

t.test('values of different magnitude in one table each have their unit', async t => {
  const growing = fakeAb();
  for (const record of growing.records) {
    const vcpus = growing.plan.cells.find(({ id }) => id === record.cell)!.vcpus;
    const failed = Number(record.metrics['failed_becoming']);
    record.metrics['wasted_bytes'] = failed * (vcpus === 1 ? 2000 : vcpus === 4 ? 2e6 : 2e9);
  }
  const text = commit.comparison!(judgeRun(growing)!, {});
  checkMailText(t, text, 'growing');
  const [, table = ''] = /^ {2}wasted\n([\s\S]*?)\n\n/m.exec(text) ?? [];
  const rows = table.split('\n').slice(3);
  t.equal(rows.length, 3);
  for (const [index, unit] of ['KiB', 'MiB', 'TiB'].entries())
    t.match(rows[index], new RegExp(`^ +\\d+ +[\\d.]+ ${unit} +[\\d.]+ `));
});

t.test('one pair in every style', async () => {
  const pair = { ...comparison.judgement, pairs: comparison.judgement.pairs.slice(1, 2) };
  for (const style of commitStyles)
    checkGolden(style, commit.comparison!({ ...comparison, judgement: pair }, { style }));
});

t.test('two stats texts: side by side as the kernel prints them, and no verdict', async t => {
  const texts = compareAcross(textSide('255-vcpu-before'), textSide('8-vcpu-after'));
  const text = commit.comparison!(texts, { top: 3 });
  checkGolden('texts', text);
  t.match(text, /one boot per side\s+decides nothing/);
  t.match(text, 'and 21 modules more');
  t.notMatch(commit.comparison!(texts, { top: 0 }), 'Failed duplicate loads');
});

t.test('a run that compares nothing: a row for each cell', async () => {
  const { compare, ...matrix } = content.run.matrix;
  const plain = reportRun({ ...content, run: { ...content.run, matrix } }, 'results/r');
  checkGolden('cells', commit.run(plain));
});

t.test('two runs, each with its own environment', async t => {
  const next = fakeAb();
  next.run.run = '20261122T030000Z-ab-0002';
  const text = commit.comparison!(compareAcross(sideOfRun(content), sideOfRun(next)), {});
  checkMailText(t, text, 'two runs');
  t.match(text, 'before: 20261121T030000Z-ab-0001, after: 20261122T030000Z-ab-0002');
  t.match(text, /^ {2}before: Linux 6\.12\.95 /m);
  t.match(text, /^ {2}after: Linux 6\.12\.95 /m);
  t.match(text, '$ modstorm compare 20261121T030000Z-ab-0001');
});

t.test('runs without numbers say so, and none is invented', async () => {
  for (const [name, report] of Object.entries(troubledRuns()))
    checkGolden(name.replaceAll(' ', '-'), commit.run(report));
});

t.test('hostile names stay text', async t => {
  for (const style of commitStyles) {
    const text = commit.run(hostileRun(hostileText), { style });
    checkMailText(t, text, style);
  }
});

t.test('numbers beyond what fits beside a name stand below it', async t => {
  const huge = fakeAb();
  for (const [index, record] of huge.records.entries())
    record.metrics = {
      wasted_bytes: String(2n ** 63n + BigInt(index)),
      a_metric_with_a_very_long_name: 1e17 + index,
    };
  huge.run.workloadMetrics = {
    storm: [
      {
        name: 'a_metric_with_a_very_long_name',
        unit: 'count',
        class: 'count',
        worse: 'higher',
        description: '',
      },
    ],
  };
  checkMailText(t, commit.comparison!(judgeRun(huge)!, { all: true }), 'huge');
});

t.test(
  'a run that compares nothing: its workload with the parameters of all cells, and no style',
  async t => {
    const cells = [1, 8].map(vcpus => {
      const cell = fakeCell(`c${vcpus}`, 'stats', vcpus);
      Object.assign(cell.settings, {
        workload: 'stress-ng',
        'workload.module': 'xfs',
        'workload.instances': String(vcpus),
      });
      return cell;
    });
    const measure = () => ({ mods_loaded: 1 });
    const run = fakeRunContent({ run: fakeRun(), cells, repetitions: 2, measure });
    const text = commit.run(reportRun(run, 'results/x'));
    t.match(text.replaceAll(/\s+/g, ' '), 'workload stress-ng (version 1, module=xfs),');
    checkMailText(t, text, 'parameters');
    t.throws(() => commit.run(reportRun(run, 'results/x'), { style: 'mmtests' }), {
      code: 'FORMAT_UNFIT',
      message: /--style mmtests is for the tables of a comparison/,
    });
  },
);
