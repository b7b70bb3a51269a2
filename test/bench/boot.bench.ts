import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTranscriptLine } from '../../harness/channel/transcript.ts';
import { fragmentNames, readWorkloads } from '../../harness/cli/inputs.ts';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { joinWorkloads } from '../../harness/matrix/workload/workload-catalog.ts';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { makePlan } from '../../harness/plan/plan.ts';
import type { Trial } from '../../harness/plan/trial.ts';
import { projectPath } from '../../harness/project.ts';
import { type PreparedRun, preparedCell, prepareRun } from '../../harness/run/prepared-run.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';
import { runTrial } from '../../harness/trial/trial-runner.ts';

/*
 * Where the time of a trial goes: a table of its phases, for each number of vCPUs. The workload is `true`. Not a test:
 *   node build/test/bench/boot.bench.js [--vcpus 2,64] [--boots 5] [--append 'kernel words' …] [--qemu PROGRAM …]
 * Every boot is followed by one with each --append (added to the kernel's command line) and each --qemu (another program,
 * or a script that changes its arguments), and each gets a column.
 */

/** What is measured of the phases of one boot, in seconds. */
type Measured = Record<string, { wall: number; processor: number }>;

/** How a boot differs from those of modstorm. */
interface Change {
  /** Words after the kernel's command line. */
  append?: string;
  /** The QEMU program. */
  qemu?: string;
}

const { values } = parseArgs({
  options: {
    vcpus: { type: 'string', default: '2,64,255' },
    boots: { type: 'string', default: '5' },
    append: { type: 'string', multiple: true, default: [] },
    qemu: { type: 'string', multiple: true, default: [] },
    memory: { type: 'string', default: '1GiB' },
    config: { type: 'string', default: 'stats' },
    workload: { type: 'string', default: "{ script: { line: 'true' } }" },
  },
});

/** Prepares one cell for each number of vCPUs and each variant. */
async function prepare(): Promise<{ prepared: PreparedRun; trials: Trial[] }> {
  const workloads = joinWorkloads(
    await readWorkloads(),
    await readWorkloads(projectPath('test', 'integration', 'workloads')),
  );
  const text = [
    'kernels: { lts: { debian: linux-source-6.12 } }',
    `axes: { vcpus: [${values.vcpus}] }`,
    `config: ${values.config}`,
    `memory: ${values.memory}`,
    `workload: ${values.workload}`,
    `trials: ${values.boots}`,
  ].join('\n');
  const matrix = loadMatrix(text, {
    file: projectPath('test', 'bench', 'boot.yaml'),
    workloads,
    fragments: await fragmentNames(),
  });
  const plan = makePlan(matrix, { seed: 1 });
  const { signal } = new AbortController();
  const prepared = await prepareRun({
    ...{ matrix, plan, workloads, signal },
    ...{ requested: 'tcg', cores: 2, sink: () => {} },
  });
  return { prepared, trials: plan.trials };
}

/** Processor time of a QEMU as a function of the time. */
class ProcessorClock {
  readonly #points: [at: number, seconds: number][] = [];
  readonly #timer = setInterval(() => this.#read(), 10);

  /** Adds what the only QEMU of this process has taken so far. */
  #read(): void {
    const at = seconds();
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      const fields = statFields(pid);
      if (Number(fields?.[1]) !== process.pid) continue;
      this.#points.push([at, (Number(fields?.[11]) + Number(fields?.[12])) / 100]);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Seconds of processor time between two points in time. */
  between(from: number, to: number): number {
    return this.#until(to) - this.#until(from);
  }

  #until(at: number): number {
    return this.#points.findLast(point => point[0] <= at)?.[1] ?? 0;
  }
}

/** Monotonic time, s. */
const seconds = () => Number(process.hrtime.bigint()) / 1e9;

/** The fields of /proc/PID/stat after the name: state, ppid, … utime is the 12th of them, stime the 13th. */
function statFields(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** Seconds after the kernel's start at which its log has a line that contains a text. */
function logged(lines: readonly string[], text: string): number {
  const line = lines.find(one => one.includes(text));
  return line === undefined ? Number.NaN : Number(line.split(',')[2]) / 1e6;
}

/**
 * The phases of a boot, and at which time of the host each ended. Within the kernel, the guest's own clock says how long
 * before the hello something happened.
 * @param started when QEMU was started
 */
function phaseEnds(record: TrialRecord, folder: string, started: number): [phase: string, end: number][] {
  const messages = readFileSync(join(folder, 'channel.ndjson'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => parseTranscriptLine(line));
  const hello = messages.find(message => message.type === 'hello');
  if (hello === undefined) throw new Error(`${record.trial}: ${JSON.stringify(record.outcome)}`);
  const log = messages.flatMap(message => (message.type === 'kmsg' ? [message.record] : []));
  const phase = (name: keyof TrialRecord['phasesNs']) => (record.phasesNs[name] ?? Number.NaN) / 1e9;
  const ready = started + phase('start');
  const heard = ready + phase('boot');
  const before = (guestSeconds: number) => heard - hello.timeNs / 1e9 + guestSeconds;
  const prepared = heard + phase('prepare');
  const worked = prepared + phase('workload');
  const collected = worked + phase('collect');
  return [
    ['QEMU start', ready],
    ['firmware', before(0)],
    ['kernel until CPUs', before(logged(log, 'Bringing up secondary CPUs'))],
    ['CPUs brought up', before(logged(log, 'Brought up'))],
    ['kernel until initramfs', before(logged(log, 'Unpacking initramfs'))],
    ['initramfs unpacked', before(logged(log, 'Freeing initrd memory'))],
    ['kernel until /init', before(Number(hello.facts['init_ns']) / 1e9)],
    ['agent to hello', heard],
    ['prepare', prepared],
    ['workload', worked],
    ['collect', collected],
    ['power-off', collected + phase('shutdown')],
  ];
}

async function boot(prepared: PreparedRun, trial: Trial, root: string, change: Change): Promise<Measured> {
  const folder = await RunFolder.create(root, { matrixName: 'boot', now: new Date() });
  const cell = preparedCell(prepared, trial);
  const words = [cell.cell.commandLine, change.append].filter(Boolean).join(' ');
  const clock = new ProcessorClock();
  const started = seconds();
  const record = await runTrial({
    trial,
    prepared: { ...cell, cell: { ...cell.cell, commandLine: words } },
    host: { ...prepared.host, qemu: change.qemu ?? prepared.host.qemu },
    folder,
    jobs: 1,
    signal: new AbortController().signal,
  });
  clock.stop();
  const measured: Measured = {};
  let from = started;
  for (const [phase, end] of phaseEnds(record, folder.trialFolder(trial.id), started)) {
    measured[phase] = { wall: end - from, processor: clock.between(from, end) };
    from = end;
  }
  measured['all'] = { wall: from - started, processor: clock.between(started, from) };
  return measured;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

const changes: Change[] = [
  {},
  ...values.append.map(append => ({ append })),
  ...values.qemu.map(qemu => ({ qemu })),
];
const { prepared, trials } = await prepare();
const root = mkdtempSync(join(tmpdir(), 'modstorm-bench-'));
const columns = new Map<string, Measured[]>();
try {
  for (const trial of trials) {
    for (const change of changes) {
      const name = [`${trial.cell.vcpus} vCPUs`, ...Object.values(change)].join(', ');
      const one = await boot(prepared, trial, root, change);
      columns.set(name, [...(columns.get(name) ?? []), one]);
    }
  }
} finally {
  rmSync(root, { recursive: true });
}
const phases = Object.keys([...columns.values()][0]?.[0] ?? {});
const line = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
line(['phase: wall, processor (s)', ...columns.keys()]);
line(['---', ...[...columns.keys()].map(() => '---')]);
for (const phase of phases)
  line([
    phase,
    ...[...columns.values()].map(all =>
      (['wall', 'processor'] as const)
        .map(kind => median(all.map(one => one[phase]?.[kind] ?? Number.NaN)).toFixed(2))
        .join(', '),
    ),
  ]);
process.stdout.write(`\nload ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}\n`);
