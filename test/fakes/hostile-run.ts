import type { Outcome, TrialRecord } from '../../harness/measurement/record.ts';
import { type RunReport, reportRun } from '../../harness/report/run-report.ts';
import type { RunContent } from '../../harness/store/run-folder.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from './run-fixture.ts';
import { fakeCapabilities, fakeCount, fakeRunContent, fakeWaste } from './run-folder-fixture.ts';

/** What a text from outside may try on its reader: markup of every face, terminal sequences, text that runs backwards. */
export const hostileText =
  '<b onmouseover="x()">&amp;</b>]]> \x1b[31mred\x1b]0;t\x07 \u202egpj.exe | a`b` [l](javascript:x) ' +
  '::error::x%0A \r\n::set-env name=A::b \n--- a/x\n+++ b/x\ndiff --git a/x b/x\nSigned-off-by: E <e@x>\n# 1..0 # SKIP \u0000\ud800\tBail out!';

/** A made-up A/B run over three vCPU counts: `stats+dups` fails loads more often from 4 vCPUs on. */
export function fakeAb(repetitions = 12): RunContent {
  const run = fakeRun({ run: '20261121T030000Z-ab-0001' });
  run.matrix.compare = { axis: 'config', base: 'stats' };
  run.kernels = ['stats', 'stats+dups'].flatMap(config =>
    run.kernels.map(kernel => ({ ...kernel, config, objectDigest: `digest of ${config}` })),
  );
  const cells = [1, 4, 16].flatMap(vcpus =>
    ['stats', 'stats+dups'].map(config => fakeCell(`c${vcpus}-${config.length}`, config, vcpus)),
  );
  const content = fakeRunContent({
    run,
    cells,
    repetitions,
    seed: 5,
    measure: (cell, random) => {
      const worse = cell.vcpus > 1 && cell.config.includes('dups');
      const failed = 10 * cell.vcpus + (worse ? 25 * cell.vcpus : 0) + fakeCount(2, random);
      return {
        ...fakeWaste(failed),
        mods_loaded: 39,
        boot_ns: Math.round(1.5e9 + random.uniform() * 1e8),
        workload_ns: Math.round(1e9 + random.uniform() * 4e8),
      };
    },
  });
  for (const record of content.records) {
    const failed = Number(record.metrics['failed_becoming']);
    record.counters = {
      before: {},
      after: {
        modcount: '39',
        failed_becoming: String(failed),
        invalid_becoming_bytes: String(failed * 1653728),
      },
    };
    record.duplicates = [
      { name: 'xfs', count: failed - 3, reason: 'Becoming' },
      { name: 'crc32c_intel', count: 3, reason: 'Becoming & Load' },
    ];
  }
  return content;
}

/** Runs of which every face must say plainly what they lack, by name. */
export function troubledRuns(): Record<string, RunReport> {
  const { run, plan } = fakeAb(3);
  const report = (records: TrialRecord[], some = plan) =>
    reportRun({ run, plan: some, records }, 'results/r');
  const all = (outcome: Outcome, metrics: TrialRecord['metrics'] = {}) =>
    plan.trials.map(trial =>
      fakeRecord(trial, metrics, outcome, { capabilities: fakeCapabilities(trial.cell) }),
    );
  const single = fakePlan(plan.cells, 1);
  return {
    'no finished trials': report([]),
    interrupted: report([
      ...all({ kind: 'passed' }, { wasted_bytes: 7 }).slice(0, 4),
      ...all({ kind: 'interrupted' }).slice(4, 5),
    ]),
    'one trial a cell': report(
      single.trials.map(trial => fakeRecord(trial, { wasted_bytes: 1653728, boot_ns: 1.5e9 })),
      single,
    ),
    'everything crashed': report(
      all({ kind: 'crashed', title: 'BUG: unable to handle page fault', class: 'oops' }),
    ),
    'all metrics missing': report(all({ kind: 'passed' })),
  };
}

/** A run in which every text that comes from outside is `text`. */
export function hostileRun(text: string): RunReport {
  const { run, plan, records } = fakeAb(4);
  run.matrix.name = text;
  run.matrixFile = text;
  run.run = text;
  run.command = ['run', text];
  run.host.cpuModel = text;
  run.qemu.version = text;
  run.accelerator.reason = text;
  run.kernels = run.kernels.map(kernel => ({
    ...kernel,
    kernel: text,
    release: text,
    origin: text,
    buildId: text,
  }));
  run.workloads = { [text]: 1 };
  run.workloadMetrics = {
    [text]: [{ name: text, unit: 'count', class: 'count', worse: 'higher', description: text }],
  };
  for (const cell of plan.cells) {
    cell.label = `${text} ${cell.id}`;
    cell.settings = { ...cell.settings, [text]: text };
    cell.workload = { name: text, parameters: {} };
  }
  const outcomes: Outcome[] = [
    { kind: 'crashed', title: text, class: 'oops' },
    { kind: 'failed', reason: text },
    { kind: 'timeout', phase: 'boot', reason: text },
    { kind: 'infrastructure', reason: text },
    { kind: 'invalid', reason: text },
  ];
  records.forEach((record, index) => {
    record.metrics[text] = index;
    record.duplicates = [{ name: text, count: 3, reason: 'Load' }];
    record.duplicateRequests = [{ name: text, count: 2 }];
    record.callers = [{ name: text, caller: text, chain: [text], count: 2 }];
    record.findings = [{ code: 'X', severity: 'warning', message: text }];
    record.consoleTail = [text];
    const outcome = outcomes[index - records.length + outcomes.length];
    if (outcome) record.outcome = outcome;
  });
  return reportRun({ run, plan, records }, text);
}
