import { readdirSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parseModuleStats } from '../../harness/measurement/module-stats/module-stats-text.ts';
import type { Outcome, TrialRecord } from '../../harness/measurement/record.ts';
import { labKernel, runLab } from './guest-lab.ts';

/** Pids of the QEMUs that were started for a trial. */
function guestsOf(trial: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => {
      if (!Number.isInteger(pid)) return false;
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return (
          words[0]?.includes('qemu-system') === true &&
          words.some(word => word.includes(`modstorm.trial=${trial}`))
        );
      } catch {
        // It ended while we looked.
        return false;
      }
    });
}

/** The findings of a trial without those about the host of these tests, which may be busy. */
function findingsOfGuest({ findings }: TrialRecord): TrialRecord['findings'] {
  return findings.filter(({ code }) => code !== 'HOST_STEAL');
}

t.test('a good trial: the kernel counts, and every way of counting agrees', async t => {
  const run = await runLab(`${labKernel}
axes: { config: [stats] }
vcpus: 2
memory: 512MiB
workload: { stress-ng: { module: xfs, instances: 8, timeout: 1s } }
trials: 1
`);
  t.teardown(run.remove);
  const [record] = run.records;
  t.same(record?.outcome, { kind: 'passed' });
  const after = record!.counters!.after;
  t.ok(Number(after.failed_becoming) > 0, 'eight loaders of one module meet');
  const folder = run.folder.trialFolder(record!.trial);
  const text = parseModuleStats(readFileSync(join(folder, 'stats-after.txt'), 'utf8'));
  t.equal(
    text.counters.failed_becoming?.toString(),
    after.failed_becoming,
    'the text says what the single file said',
  );
  t.equal(
    Number(after.invalid_becoming_bytes) % Number(after.failed_becoming),
    0,
    'each failed load wasted the same file',
  );
  t.equal(record!.metrics['wasted_bytes'], Number(after.invalid_becoming_bytes));
  t.same(
    record!.duplicates.map(({ name, reason }) => ({ name, reason })),
    [{ name: 'xfs', reason: 'Becoming' }],
  );
  t.equal(record!.capabilities?.cpusOnline, 2);
  t.same(findingsOfGuest(record!), []);
  t.ok((await stat(join(folder, 'console.log'))).size > 0);
  t.same(guestsOf(record!.trial), [], 'no guest is left');
});

/** One cell each; what comes out is told apart by the line of shell or the kind of crash. */
const troubled = `${labKernel}
configs: { crash: ./crash.config }
axes:
  config: [stats+crash]
  workload:
    - crash: { crashtype: PANIC }
    - crash: { crashtype: EXCEPTION }
    - crash: { crashtype: HARDLOCKUP }
    - script: { line: 'while :; do sleep 1; done' }
    - script: { line: 'x=aaaaaaaa; while :; do x=$x$x; done', patience: 60s }
    - script: { line: 'cat /dev/zero | head -c 20000000; for i in $(seq 20000); do echo flood $i > /dev/kmsg; done', patience: 60s }
    - script: { line: 'exit 7' }
    - script: { line: 'sleep 60' }
    - script: { line: 'busybox reboot -f' }
    - script: { line: 'sleep 3; echo was stopped' }
    - script: { line: 'cd /sys/bus/virtio/drivers/virtio_console; for d in virtio[0-9]*; do echo $d > unbind; done; sleep 5' }
include:
  - { workload: { crash: { crashtype: HUNG_TASK } }, command_line: sysctl.kernel.hung_task_timeout_secs=4 }
  - { workload: { crash: { crashtype: SOFTLOCKUP } }, command_line: watchdog_thresh=3 }
  - { workload: { script: { line: 'true' } }, command_line: acpi=off, vcpus: 2 }
  - { workload: { without-dependencies: {} } }
  - { workload: { cut-module: {} } }
memory: 384MiB
vcpus: 1
trials: 1
`;

t.test('every way to fail is an outcome of its own, and leaves no guest behind', async t => {
  const killed: string[] = [];
  const stopped: string[] = [];
  const signalGuests = (trial: string, signal: NodeJS.Signals, done: string[]) => {
    for (const pid of guestsOf(trial)) {
      done.push(trial);
      process.kill(pid, signal);
    }
  };
  const run = await runLab(troubled, {
    onPhase: (phase, _, trial) => {
      const { line } = trial.cell.workload.parameters;
      if (phase !== 'workload') return;
      if (line === 'sleep 60') signalGuests(trial.id, 'SIGKILL', killed);
      // Only the first boot: the second try of the same trial is left alone.
      if (String(line).includes('was stopped') && stopped.length === 0)
        signalGuests(trial.id, 'SIGSTOP', stopped);
    },
  });
  t.teardown(run.remove);
  const cells = new Map(run.trials.map(trial => [trial.id, trial.cell]));
  const find = (parameter: string): TrialRecord => {
    const found = run.records.find(record => {
      const { name, parameters } = cells.get(record.trial)!.workload;
      return name === parameter || Object.values(parameters).some(value => String(value).includes(parameter));
    });
    if (!found) throw new Error(`no record of ${parameter}`);
    return found;
  };
  const outcome = (parameter: string): Outcome => find(parameter).outcome;

  t.match(outcome('PANIC'), { kind: 'crashed', class: 'panic', title: /^kernel panic: / }, 'a panic');
  t.match(
    outcome('EXCEPTION'),
    { kind: 'crashed', class: 'oops', title: / in lkdtm_EXCEPTION$/ },
    'an oops names its function',
  );
  t.match(
    outcome('HARDLOCKUP'),
    { kind: 'timeout', phase: 'workload' },
    'a guest whose only CPU spins with interrupts off',
  );
  t.same(
    outcome('HUNG_TASK'),
    { kind: 'crashed', class: 'hung-task', title: 'INFO: task hung in lkdtm_HUNG_TASK' },
    'a hung task is why the deadline passed, and its stack names it',
  );
  t.match(outcome('SOFTLOCKUP'), { kind: 'crashed', class: 'soft-lockup', title: /^BUG: soft lockup in / });
  t.match(outcome('reboot'), { kind: 'crashed', class: 'reboot' }, 'an orderly reboot is no end of a trial');
  t.match(outcome('while :; do sleep'), { kind: 'timeout', phase: 'workload' }, 'a workload that hangs');
  t.ok(find('while :; do sleep').counters?.after.modcount, 'the counters of a hung workload were read');
  t.match(outcome('x=aaaaaaaa'), { kind: 'failed' }, 'the OOM killer ends the workload');
  t.ok(find('x=aaaaaaaa').counters?.after.modcount, 'and its counters were read');
  t.ok(
    find('x=aaaaaaaa').findings.some(({ code }) => code === 'OOM_KILL'),
    'and it is said',
  );
  const flood = find('/dev/zero');
  t.equal(flood.outcome.kind, 'passed', 'a flood is bounded, and the trial goes on');
  t.ok(
    flood.findings.some(({ code }) => ['OUTPUT_WITHHELD', 'GUEST_FLOOD', 'KMSG_WITHHELD'].includes(code)),
    'the cut is told',
  );
  t.match(outcome('exit 7'), { kind: 'failed', reason: /exited with code 7/ });
  t.equal(killed.length, 1, 'one QEMU was killed');
  t.match(
    outcome('sleep 60'),
    { kind: 'infrastructure', reason: /SIGKILL/ },
    'a dead QEMU is not a bad kernel',
  );
  t.equal(stopped.length, 1, 'one QEMU was stopped');
  t.match(
    outcome('was stopped'),
    { kind: 'passed' },
    'a stopped QEMU is not a bad kernel: the trial is done again',
  );
  t.match(
    find('was stopped').findings.filter(({ code }) => code === 'DONE_AGAIN'),
    [{ message: /QEMU was stopped from outside/ }],
  );
  t.match(
    outcome('unbind'),
    { kind: 'crashed', class: 'reboot', title: /lost its virtio channel .* and powered off/ },
    'a guest that unbinds its channel is told by that',
  );
  t.match(outcome('true'), { kind: 'invalid', reason: /CPUS_MISMATCH/ }, 'acpi=off boots one CPU of two');
  t.match(
    outcome('without-dependencies'),
    { kind: 'invalid', reason: /unknown symbol exportfs_/ },
    'no number comes from a module without its dependencies',
  );
  t.same(find('without-dependencies').metrics, {});
  t.match(
    outcome('cut-module'),
    { kind: 'invalid', reason: /not a valid module \(Invalid ELF section header overflow/ },
    'nor from a module that the kernel refuses',
  );
  t.match(findingsOfGuest(find('cut-module')), [{ code: 'MODULE_REFUSED' }, { code: 'NOTHING_LOADED' }]);
  for (const record of run.records) t.same(guestsOf(record.trial), [], `${record.trial} left no guest`);
});
