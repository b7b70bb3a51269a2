import { namedError } from '../errors.ts';
import { escapeTail, escapeText } from '../escape.ts';
import type { GuestResult } from '../machine/guest.ts';
import type { Accelerator } from '../machine/machine.ts';
import type { Crash } from '../measurement/crashes/crash.ts';
import { worstCrash } from '../measurement/crashes/crash-report.ts';
import type { Finding } from '../measurement/finding.ts';
import { stealFindings } from '../measurement/host-steal.ts';
import type { Capabilities, Outcome, TrialRecord } from '../measurement/record.ts';
import { traceFile } from '../measurement/trace/trace-points.ts';
import { measureTrial, type TrialMeasurement } from '../measurement/trial-measurement.ts';
import type { Trial } from '../plan/trial.ts';
import type { GuestLog } from './guest-log.ts';
import type { PreparedCell } from './prepared-cell.ts';

/** Number of console lines in the record of a failed trial. */
const consoleTailLines = 40;
/** A hostile guest could invent any number of call chains; a real kernel has a handful. */
const callerLimit = 200;

/** Everything that a trial left: how its guest ended and what it reported. */
export interface TrialEnd {
  trial: Trial;
  prepared: PreparedCell;
  /** What the guest was booted with. */
  accelerator: Accelerator;
  startedAt: Date;
  life: GuestResult;
  log: GuestLog;
  /** The output of the QEMU plugin, if instructions are counted. */
  instructions?: string | undefined;
}

/** Judges a trial and creates its record. Pure: the same input gives the same record. */
export function makeTrialRecord(end: TrialEnd): TrialRecord {
  const { trial, life, log } = end;
  const measurement = measure(end);
  const reports = kernelReports(life.crashes, measurement.crashes);
  const outcome = judgeOutcome(end, measurement, reports);
  const counted = outcome.kind === 'passed' || outcome.kind === 'failed';
  const capabilities = readCapabilities(log);
  const record: TrialRecord = {
    ...headOf(trial),
    outcome,
    startedAt: end.startedAt.toISOString(),
    durationNs: life.durationNs,
    phasesNs: life.phasesNs,
    // Evidence of a lost guest stays in its folder. In the record it would look like a measurement.
    metrics: counted ? measurement.metrics : {},
    duplicates: measurement.duplicates,
    duplicateRequests: measurement.duplicateRequests.requests,
    findings: [
      ...measurement.findings,
      ...channelFindings(log),
      ...reportFindings(reports),
      ...stealFindings(life.hostPressure),
    ],
  };
  if (measurement.counters) record.counters = measurement.counters;
  if (capabilities) record.capabilities = capabilities;
  const { callers } = measurement.duplicateRequests;
  if (callers.length > 0) record.callers = callers.slice(0, callerLimit);
  if (life.hostPressure) record.hostPressure = life.hostPressure;
  if (measurement.ledger) record.ledger = measurement.ledger;
  if (log.hello) record.bootNs = log.hello.timeNs;
  if (log.exit) record.workloadNs = log.exit.wallNs;
  if (outcome.kind !== 'passed') record.consoleTail = escapeTail(life.consoleTail, consoleTailLines);
  return record;
}

/** The record of a trial that the host failed before it could be judged; a resumed run does it again. Pure. */
export function lostTrialRecord(
  trial: Trial,
  times: { startedAt: Date; durationNs: number },
  error: unknown,
): TrialRecord {
  return {
    ...headOf(trial),
    outcome: { kind: 'infrastructure', reason: escapeText(namedError(error).message) },
    startedAt: times.startedAt.toISOString(),
    durationNs: times.durationNs,
    phasesNs: {},
    metrics: {},
    duplicates: [],
    duplicateRequests: [],
    findings: [],
  };
}

/** What every record of a trial begins with. */
function headOf(trial: Trial): Pick<TrialRecord, 'version' | 'trial' | 'cell' | 'repetition' | 'order'> {
  const { id, cell, repetition, order } = trial;
  return { version: 1, trial: id, cell: cell.id, repetition, order };
}

function measure({ prepared, accelerator, log, instructions }: TrialEnd): TrialMeasurement {
  const { cell, workload, fragments } = prepared;
  const files = log.files;
  const text = (file: string) => files.get(file)?.toString('utf8');
  return measureTrial({
    before: log.before && toStats(log.before),
    after: log.after && toStats(log.after),
    kmsg: log.kmsg,
    kmsgLost:
      Number(log.end?.['kmsg_lost'] ?? 0) +
      Number(log.end?.['kmsg_withheld'] ?? 0) +
      (log.dropped['kmsg'] ?? 0),
    output: `${log.stdout}\n${log.stderr}`,
    exit: log.exit,
    results: workload.results.flatMap(({ file, format }) => {
      const content = text(file);
      return content === undefined ? [] : [{ file, format, text: content }];
    }),
    facts: log.hello?.facts ?? {},
    instructions,
    trace: text(traceFile),
    samples: log.samples.map(({ timeNs, values }) => ({ ...values, time_ns: String(timeNs) })),
    expected: {
      underKvm: accelerator === 'kvm',
      vcpus: cell.vcpus,
      numaNodes: cell.numaNodes,
      decompression: cell.decompress === 'kernel' ? cell.compression : undefined,
      moduleStats: fragments.includes('stats'),
      traced: fragments.includes('trace'),
      metrics: workload.metrics,
      succeeded: workload.succeeded,
      loadsFail: workload.loadsFail,
    },
  });
}

function toStats({ counters, missing, stats }: NonNullable<GuestLog['before']>) {
  return { values: counters, missing, stats };
}

/** Checks causes from strongest to weakest: how the guest ended, what the agent reported, what was measured. */
function judgeOutcome(
  { life, log, prepared }: TrialEnd,
  measurement: TrialMeasurement,
  reports: readonly Crash[],
): Outcome {
  const { end } = life;
  if (end.kind === 'interrupted') return { kind: 'interrupted' };
  if (end.kind === 'crashed')
    return { kind: 'crashed', title: escapeText(end.crash.title), class: end.crash.class };
  // A WARNING is only a finding: the kernel continues, and so does the measurement.
  const survived = worstCrash(reports.filter(crash => crash.class !== 'warning'));
  const reported: Outcome | null = survived && {
    kind: 'crashed',
    title: escapeText(survived.title),
    class: survived.class,
  };
  // A hung task or a lockup explains why the deadline passed.
  if (end.kind === 'timeout' && reported) return reported;
  if (end.kind === 'timeout')
    return { kind: 'timeout', phase: end.phase, reason: withEvidence(end.reason, end.evidence) };
  if (end.kind === 'channel') return { kind: 'infrastructure', reason: `the channel failed: ${end.reason}` };
  if (end.kind === 'qemu' || end.kind === 'stalled')
    return { kind: 'infrastructure', reason: withEvidence(end.reason, end.evidence) };
  if (log.error)
    return { kind: 'invalid', reason: escapeText(`${log.error.code}: ${log.error.text.trim()}`) };
  if (reported) return reported;
  if (measurement.invalid !== undefined) return { kind: 'invalid', reason: escapeText(measurement.invalid) };
  return judgeWorkload(log, prepared);
}

/** How the workload ended, as reported by the agent. */
function judgeWorkload(log: GuestLog, prepared: TrialEnd['prepared']): Outcome {
  const { exit } = log;
  if (!exit)
    return { kind: 'infrastructure', reason: 'the agent ended without reporting how the workload ended' };
  const program = prepared.workload.run[0] ?? 'the workload';
  if (exit.cause === 'timeout') {
    return {
      kind: 'timeout',
      phase: 'workload',
      reason: `${program} was still running at its deadline and was killed`,
    };
  }
  if (exit.cause === 'signaled')
    return { kind: 'failed', reason: `${program} was killed by signal ${exit.code}` };
  if (exit.code !== 0) return { kind: 'failed', reason: describeFailure(program, exit.code, log) };
  return { kind: 'passed' };
}

function describeFailure(program: string, code: number, log: GuestLog): string {
  const last = (log.stderr.trim() || log.stdout.trim()).split('\n').at(-1) ?? '';
  return `${program} exited with code ${code}${last ? `: ${escapeText(last, { length: 300 })}` : ''}`;
}

function withEvidence(reason: string, evidence: string | undefined): string {
  const first = evidence?.trim().split('\n').at(-1);
  return first ? `${reason} (${escapeText(first, { length: 300 })})` : reason;
}

function readCapabilities({ hello }: GuestLog): Capabilities | undefined {
  if (!hello) return undefined;
  const { facts } = hello;
  const cpusOnline = Number(facts['cpus_online'] || Number.NaN);
  // A guest may say anything: one that cannot count its CPUs is not believed in the rest either.
  if (!Number.isSafeInteger(cpusOnline) || cpusOnline < 0) return undefined;
  return {
    release: escapeText(facts['release'] ?? '', { length: 100 }),
    moduleStats: facts['module_stats'] === '1',
    autoloadDups: facts['autoload_dups'] === '1',
    dupsTrace: facts['dups_trace'] === '1' || facts['dups_trace'] === 'Y',
    decompress: facts['decompress'] === '1',
    cpusOnline,
    ...(facts['config_sha256'] !== undefined && {
      configDigest: escapeText(facts['config_sha256'], { length: 64 }),
    }),
  };
}

function channelFindings(log: GuestLog): Finding[] {
  const notes = log.notes.map(
    ({ code, text }): Finding => ({
      code: escapeText(code, { length: 60 }),
      severity: 'note',
      message: escapeText(text),
    }),
  );
  const dropped = Object.entries(log.dropped).map(
    ([kind, amount]): Finding => ({
      code: 'GUEST_FLOOD',
      severity: 'warning',
      message: `the guest sent more ${kind} than the limit; ${amount} were dropped`,
    }),
  );
  return [...notes, ...dropped];
}

function reportFindings(reports: readonly Crash[]): Finding[] {
  return reports.map(crash => ({
    code: 'KERNEL_REPORT',
    severity: 'warning',
    message: escapeText(crash.title),
  }));
}

/**
 * All crash reports of one guest, from the console and from the log records. The console has the last words of a dying
 * kernel, but only warnings or worse. It does not have the stack of a hung task (sched_show_task() in
 * kernel/sched/core.c prints it at level info), which the title needs. The records that the agent sent have every line,
 * but end when the guest dies. For each class of crash the records are used, unless the console has more reports.
 */
export function kernelReports(console: readonly Crash[], records: readonly Crash[]): Crash[] {
  const classes = new Set([...console, ...records].map(crash => crash.class));
  return [...classes].flatMap(kind => {
    const printed = console.filter(crash => crash.class === kind);
    const recorded = records.filter(crash => crash.class === kind);
    return recorded.length >= printed.length ? recorded : printed;
  });
}
