import type { Attempt, AttemptEvidence, AttemptOutcome, RefusalStage } from './attempt.ts';
import { errorName } from './error-name.ts';

const compressedFile = 4;
/** What module_patient_check_exists() returns for a module that is there (EEXIST), or was until just now (EBUSY). */
const duplicateErrors: readonly (string | undefined)[] = ['EEXIST', 'EBUSY'];

/** Outcome, stage, error and bytes of an attempt. */
export type AttemptVerdict = Pick<Attempt, 'outcome' | 'stage' | 'error' | 'bytes'>;

/**
 * Judges one call by what happened in it, following load_module(), init_module_from_file() and idempotent_init_module() in
 * kernel/module/main.c. The bytes are those of mod_stat_bump_becoming() and mod_stat_bump_invalid() in kernel/module/stats.c:
 * the module once before its layout and twice after it, and the compressed file if there is one.
 */
export function judgeAttempt(evidence: AttemptEvidence): AttemptVerdict {
  const { result } = evidence;
  if (result === undefined) return { outcome: 'unfinished', bytes: 0 };
  if (result >= 0) return { outcome: didItsOwnWork(evidence) ? 'loaded' : 'merged', bytes: 0 };
  const error = errorName(-result);
  if (evidence.initialised) return { outcome: 'init-failed', error, bytes: 0 };
  if (!didItsOwnWork(evidence)) {
    // Both are checked before the call waits for another, and no load fails with them.
    if (error === 'EBADF' || error === 'EPERM') return { outcome: 'refused', stage: 'call', error, bytes: 0 };
    return { outcome: 'merged', error, bytes: 0 };
  }
  const stage = stageOf(evidence, error);
  const outcome = outcomeOf(stage, error);
  const bytes = bytesOf(stage, evidence);
  return outcome === 'refused' ? { outcome, stage, error, bytes } : { outcome, error, bytes };
}

/** A load that waits for another returns without having read the file. */
function didItsOwnWork({ call, read }: AttemptEvidence): boolean {
  return call === 'init_module' || read !== undefined;
}

function stageOf(evidence: AttemptEvidence, error: string): RefusalStage {
  const { call, flags, read, unpacked, laidOut } = evidence;
  if (call === 'init_module' && error === 'EPERM') return 'call';
  if ((read !== undefined && read < 0) || (call === 'init_module' && error === 'EFAULT' && !laidOut))
    return 'read';
  if ((flags & compressedFile) !== 0 && (unpacked === undefined || unpacked.error < 0)) return 'unpack';
  return laidOut ? 'late' : 'early';
}

function outcomeOf(stage: RefusalStage, error: string): AttemptOutcome {
  if (!duplicateErrors.includes(error)) return 'refused';
  if (stage === 'early') return 'duplicate-early';
  return stage === 'late' ? 'duplicate-late' : 'refused';
}

function bytesOf(stage: RefusalStage, { call, flags, length, read = 0, unpacked }: AttemptEvidence): number {
  const compressed = (flags & compressedFile) !== 0 ? Math.max(0, read) : 0;
  const whole = call === 'init_module' ? length : (unpacked?.bytes ?? Math.max(0, read));
  switch (stage) {
    case 'call':
      return 0;
    case 'read':
      return call === 'init_module' ? length : 0;
    case 'unpack':
      return compressed;
    case 'early':
      return whole + compressed;
    case 'late':
      return 2 * whole + compressed;
  }
}
