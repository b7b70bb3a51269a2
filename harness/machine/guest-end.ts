import type { Crash } from '../measurement/crashes/crash.ts';
import { formatDuration } from '../units.ts';
import type { HangEvidence } from './hang-evidence.ts';
import type { MachineEnd } from './machine.ts';
import type { Expiry } from './phase-clock.ts';

/** Everything known about the end of a guest. */
export interface EndFacts {
  interrupted: boolean;
  /** The first fatal crash on the console. */
  fatal?: Crash | undefined;
  /** How QEMU exited by itself; undefined if the harness ended it. */
  exit?: { code: number; signal?: string | undefined; stderr: string } | undefined;
  /** What QEMU printed, if it stopped the guest by itself (QMP event STOP), as after an internal error of KVM. */
  stopped?: string | undefined;
  /** `reason` of QEMU's SHUTDOWN event: guest-shutdown, guest-reset, guest-panic, host-signal … */
  shutdownReason?: string | undefined;
  /** The problem with the frames, if any. */
  channelProblem?: string | undefined;
  flooded: boolean;
  expiry?: Expiry | undefined;
  hang?: HangEvidence | undefined;
  /** QEMU was stopped by a signal when the deadline passed. */
  qemuStopped?: boolean | undefined;
  /** The longest time that the harness itself stood still, ns; see StallWatch. */
  stalledNs?: number | undefined;
  /** Whether the agent sent its last frame: `end`, or `error` if it could not continue. */
  concluded: boolean;
  /** How often the guest said hello or printed the kernel's banner. More than once means a reboot. */
  boots: number;
  consoleTail: string[];
}

/**
 * Judges how a guest ended. The strongest cause wins: an interruption explains a dead QEMU, a crash explains incomplete
 * frames, and incomplete frames explain a missing end.
 */
export function judgeEnd(facts: EndFacts): MachineEnd {
  const end = judgeGuest(facts);
  const stalledNs = facts.stalledNs ?? 0;
  if (stalledNs < stallLimitNs || !isExplainedByStall(end)) return end;
  const what = end.kind === 'crashed' ? end.crash.title : end.reason;
  const reason = `the host stood still for ${formatDuration(stalledNs)}: ${what}`;
  return { kind: 'stalled', reason, evidence: '' };
}

/**
 * A host that stops for so long says nothing about its guests: the agent waits 10 s for an answer, and the kernel
 * of the guest takes lost time for a lockup.
 */
const stallLimitNs = 3e9;
const explainedCrashes: ReadonlySet<Crash['class']> = new Set([
  'reboot',
  'soft-lockup',
  'hard-lockup',
  'rcu-stall',
  'hung-task',
]);

function isExplainedByStall(
  end: MachineEnd,
): end is MachineEnd & { kind: 'crashed' | 'timeout' | 'channel' } {
  if (end.kind === 'crashed') return explainedCrashes.has(end.crash.class);
  return end.kind === 'timeout' || end.kind === 'channel';
}

function judgeGuest(facts: EndFacts): MachineEnd {
  if (facts.interrupted) return { kind: 'interrupted' };
  if (facts.fatal) return { kind: 'crashed', crash: facts.fatal };
  const { exit } = facts;
  if (exit && (exit.code !== 0 || exit.signal)) {
    return { kind: 'qemu', reason: describeExit(exit), evidence: exit.stderr };
  }
  if (facts.stopped !== undefined) return stoppedByQemu(facts.stopped);
  if (facts.boots > 1) return crashed('reboot', 'the guest booted a second time', facts);
  if (facts.flooded) return crashed('bug', 'the guest flooded its console', facts);
  if (facts.channelProblem !== undefined) return { kind: 'channel', reason: facts.channelProblem };
  if (facts.expiry) {
    return judgeExpiry(facts.expiry, facts);
  }
  if (facts.concluded) return { kind: 'finished' };
  return judgeEarlyExit(facts);
}

function stoppedByQemu(stderr: string): MachineEnd {
  const lines = stderr.trim().split('\n');
  const [first = '', second = ''] = lines.filter(line => !line.startsWith('extra data['));
  const said = [first, second].join(', ').slice(0, 200);
  return { kind: 'qemu', reason: `QEMU stopped the guest: ${said}`, evidence: stderr };
}

/** A deadline that passed is the guest's only if QEMU itself goes on. */
function judgeExpiry(expiry: Expiry, { qemuStopped, hang }: EndFacts): MachineEnd {
  const evidence = hang?.text ?? '';
  if (qemuStopped) return { kind: 'stalled', reason: 'QEMU was stopped from outside (SIGSTOP)', evidence };
  if (hang && !hang.qemuAnswers)
    return { kind: 'stalled', reason: `QEMU itself hangs: ${expiry.reason}`, evidence };
  return { kind: 'timeout', ...expiry, evidence };
}

/** What the agent says on the console when the device of its channel is gone, as by an unbind of virtio_console. */
const channelLost = 'modstorm-agent: CHANNEL_LOST:';

/** QEMU exited normally, but the agent had not reported that it was done. */
function judgeEarlyExit(facts: EndFacts): MachineEnd {
  if (facts.shutdownReason === 'guest-reset') {
    const orderly = facts.consoleTail.some(line => line.includes('reboot: Restarting system'));
    return orderly
      ? crashed('reboot', 'the guest rebooted before its trial ended', facts)
      : crashed('triple-fault', 'the guest reset without any message (triple fault)', facts);
  }
  if (facts.shutdownReason === 'guest-panic') return crashed('panic', 'the guest panicked silently', facts);
  if (facts.shutdownReason === 'guest-shutdown') {
    const lost = facts.consoleTail.findLast(line => line.includes(channelLost));
    if (lost !== undefined) {
      const why = lost.slice(lost.indexOf(channelLost) + channelLost.length, 200).trim();
      return crashed('reboot', `the guest lost its virtio channel (${why}) and powered off`, facts);
    }
    return crashed('reboot', 'the guest powered off before its trial ended', facts);
  }
  return {
    kind: 'qemu',
    reason: `QEMU exited before the guest finished (${facts.shutdownReason ?? 'no reason given'})`,
    evidence: facts.exit?.stderr ?? '',
  };
}

function crashed(crashClass: Crash['class'], title: string, facts: EndFacts): MachineEnd {
  return { kind: 'crashed', crash: { class: crashClass, title, evidence: facts.consoleTail, fatal: true } };
}

function describeExit(exit: NonNullable<EndFacts['exit']>): string {
  if (exit.code === 127 && exit.stderr.startsWith('setpriv: failed to execute'))
    return 'QEMU is not installed';
  if (exit.signal === 'SIGKILL') return 'QEMU was killed (SIGKILL), perhaps by the OOM killer of the host';
  const said = exit.stderr.trim().split('\n')[0]?.slice(0, 300);
  const death = exit.signal ? `QEMU died of ${exit.signal}` : `QEMU exited with code ${exit.code}`;
  return said ? `${death}: ${said}` : death;
}
