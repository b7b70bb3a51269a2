import t from 'tap';
import type { GuestResult } from '../../harness/machine/guest.ts';
import { CrashCollector, findCrashes } from '../../harness/measurement/crashes/crash-report.ts';
import type { Finding } from '../../harness/measurement/finding.ts';
import { kmsgLines } from '../../harness/measurement/kernel-log/kmsg-record.ts';
import { GuestLog } from '../../harness/trial/guest-log.ts';
import type { PreparedCell } from '../../harness/trial/prepared-cell.ts';
import { kernelReports, makeTrialRecord } from '../../harness/trial/trial-record.ts';
import { fakeCell, fakePlan } from '../fakes/run-fixture.ts';

const [trial] = fakePlan([fakeCell('c1', 'stats', 2)], 1).trials;
const prepared = {
  cell: trial!.cell,
  workload: { name: 'script', run: ['sh'], results: [], metrics: [] },
  fragments: ['stats'],
} as unknown as PreparedCell;

/** What the console shows of a hung task at loglevel 5, and what /dev/kmsg has: the stack is of level 6. */
const hungConsole = '[    8.568983] INFO: task sh:39 blocked for more than 4 seconds.\n';
const hungRecords = [
  '3,218,8568983,-;INFO: task sh:39 blocked for more than 4 seconds.\n',
  '3,219,8569630,-;      Not tainted 6.12.95 #1\n',
  '6,221,8569992,-;task:sh              state:D stack:0     pid:39    tgid:39    ppid:1      flags:0x00000000\n',
  '6,222,8570285,-;Call Trace:\n',
  '6,223,8570621,-; <TASK>\n',
  '6,224,8570752,-; __schedule+0x262/0x560\n',
  '6,225,8571379,-; schedule+0x1b/0x70\n',
  '6,226,8571423,-; lkdtm_HUNG_TASK+0x19/0x20 [lkdtm]\n',
  '6,227,8571659,-; lkdtm_do_action+0x14/0x20 [lkdtm]\n',
  '6,228,8571700,-; </TASK>\n',
];

function record(
  console: string,
  kmsg: readonly string[],
  end: GuestResult['end'],
  hostPressure?: GuestResult['hostPressure'],
) {
  const log = new GuestLog();
  for (const text of kmsg) log.add({ type: 'kmsg', timeNs: 1, record: text });
  const life: GuestResult = {
    end,
    phasesNs: {},
    durationNs: 1e9,
    hostPressure,
    crashes: findCrashes(console),
    consoleTail: console.split('\n'),
    qemuStderr: '',
  };
  return makeTrialRecord({ trial: trial!, prepared, accelerator: 'tcg', startedAt: new Date(0), life, log });
}

const reportsOf = (findings: readonly Finding[]) =>
  findings.filter(({ code }) => code === 'KERNEL_REPORT').map(({ message }) => message);
const late: GuestResult['end'] = {
  kind: 'timeout',
  phase: 'workload',
  reason: 'workload took longer than 30.0 s',
};

t.test('a deadline that passed because a task hangs is told by that', t => {
  const { outcome, findings } = record(hungConsole, hungRecords, late);
  t.same(outcome, { kind: 'crashed', class: 'hung-task', title: 'INFO: task hung in lkdtm_HUNG_TASK' });
  t.same(reportsOf(findings), ['INFO: task hung in lkdtm_HUNG_TASK']);
  t.match(record(hungConsole, [], late).outcome, { kind: 'crashed', title: 'INFO: task hung' });
  t.match(record('', [], late).outcome, { kind: 'timeout', phase: 'workload' });
  t.end();
});

t.test('a warning explains no deadline', t => {
  const warning = '[    1.000000] WARNING: CPU: 0 PID: 1 at mm/x.c:1 foo+0x1/0x2\n';
  const { outcome, findings } = record(warning, [], late);
  t.equal(outcome.kind, 'timeout');
  t.same(reportsOf(findings), ['WARNING in foo']);
  t.end();
});

t.test('of console and records, who has more of a class', t => {
  const collector = new CrashCollector();
  for (const line of kmsgLines(hungRecords)) collector.add(line);
  const recorded = collector.result().crashes;
  const twice = findCrashes(
    `${hungConsole}[    9.000000] INFO: task ls:40 blocked for more than 4 seconds.\n`,
  );
  t.equal(kernelReports(twice, recorded).length, 2, 'the guest died before its last record came');
  t.match(kernelReports(findCrashes(hungConsole), recorded), [{ title: / in lkdtm_HUNG_TASK$/ }]);
  t.same(kernelReports([], []), []);
  t.end();
});

t.test('what the host was busy with is recorded, and heavy steal is a warning', t => {
  const calm = { stealShare: 0.09, waitShare: 0.5, loadPerCpu: 1.5, megahertz: 2600 };
  const quiet = record('', [], late, calm);
  t.same(quiet.hostPressure, calm);
  t.notOk(quiet.findings.find(({ code }) => code === 'HOST_STEAL'));
  const stolen = record('', [], late, { stealShare: 0.31, loadPerCpu: 2 });
  t.match(stolen.findings, [
    { code: 'HOST_STEAL', severity: 'warning', message: /took 31 % of its CPU time/ },
  ]);
  t.equal(record('', [], late).hostPressure, undefined);
  t.end();
});
