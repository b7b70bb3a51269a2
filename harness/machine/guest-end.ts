import type { Crash } from '../measurement/crashes/crash.ts';
import type { MachineEnd } from './machine.ts';
import type { Expiry } from './phase-clock.ts';

/** All that was seen of a guest's end. */
export interface EndFacts {
  interrupted: boolean;
  /** The first fatal crash on the console. */
  fatal?: Crash | undefined;
  /** What QEMU left when it ended by itself; undefined when the harness ended it. */
  exit?: { code: number; signal?: string | undefined; stderr: string } | undefined;
  /** `reason` of QEMU's SHUTDOWN event: guest-shutdown, guest-reset, guest-panic, host-signal … */
  shutdownReason?: string | undefined;
  /** What was wrong with the frames. */
  channelProblem?: string | undefined;
  flooded: boolean;
  expiry?: Expiry | undefined;
  hangEvidence?: string | undefined;
  /** The agent sent its last frame: `end`, or `error` when it could not go on. */
  concluded: boolean;
  /** How often the guest said hello or printed the kernel's banner; more than once is a reboot. */
  boots: number;
  consoleTail: string[];
}

/**
 * Judges how a guest's life ended. The strongest cause wins: an interruption explains a dead QEMU, a crash explains
 * torn frames, torn frames explain a missing end.
 */
export function judgeEnd(facts: EndFacts): MachineEnd {
  if (facts.interrupted) return { kind: 'interrupted' };
  if (facts.fatal) return { kind: 'crashed', crash: facts.fatal };
  const { exit } = facts;
  if (exit && (exit.code !== 0 || exit.signal)) {
    return { kind: 'qemu', reason: describeExit(exit), evidence: exit.stderr };
  }
  if (facts.boots > 1) return crashed('reboot', 'the guest booted a second time', facts);
  if (facts.flooded) return crashed('bug', 'the guest flooded its console', facts);
  if (facts.channelProblem !== undefined) return { kind: 'channel', reason: facts.channelProblem };
  if (facts.expiry) {
    const { hangEvidence } = facts;
    return {
      kind: 'timeout',
      ...facts.expiry,
      evidence: hangEvidence,
    };
  }
  if (facts.concluded) return { kind: 'finished' };
  return judgeEarlyExit(facts);
}

/** QEMU ended in good order, but the agent had not said that it was done. */
function judgeEarlyExit(facts: EndFacts): MachineEnd {
  if (facts.shutdownReason === 'guest-reset') {
    const orderly = facts.consoleTail.some(line => line.includes('reboot: Restarting system'));
    return orderly
      ? crashed('reboot', 'the guest rebooted before its trial ended', facts)
      : crashed('triple-fault', 'the guest reset without a word (triple fault)', facts);
  }
  if (facts.shutdownReason === 'guest-panic') return crashed('panic', 'the guest panicked silently', facts);
  if (facts.shutdownReason === 'guest-shutdown') {
    return crashed('reboot', 'the guest powered off before its trial ended', facts);
  }
  return {
    kind: 'qemu',
    reason: `QEMU ended before the guest did (${facts.shutdownReason ?? 'no reason given'})`,
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
  const death = exit.signal ? `QEMU died of ${exit.signal}` : `QEMU ended with exit code ${exit.code}`;
  return said ? `${death}: ${said}` : death;
}
