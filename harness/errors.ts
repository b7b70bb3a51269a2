import { type ErrorCode, type Fault, meaningOf } from './error-codes.ts';

/** Facts that every error of modstorm may carry beside its message. */
export interface ErrorFacts {
  /** What the reader can do about it, as a full sentence or a command line. */
  hint?: string | undefined;
  /** The lines that prove the claim: compiler output, console tail, QEMU's stderr. Shown escaped and bounded. */
  evidence?: string | undefined;
  cause?: unknown;
}

/**
 * The base of every error that modstorm throws on purpose. The classes below it take only the codes of their fault, so
 * that a typo, or a code of somebody else's fault, does not compile. Anything else that reaches `main` is a defect of
 * ours and ends with exit code 3.
 */
export class HarnessError extends Error {
  readonly fault: Fault;
  /** A stable, upper-case code that scripts may match (`KERNEL_CONFIG_DROPPED`). */
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly evidence: string | undefined;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.fault = meaningOf(code).fault;
    this.code = code;
    this.hint = facts.hint;
    this.evidence = facts.evidence;
  }
}

/** The command line, a matrix or an input file is wrong, or selects nothing; nothing was run. Exit code 2 or 4. */
export class UsageError extends HarnessError {
  constructor(code: ErrorCode<'user'>, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/** A kernel does not configure, build or carry what it must. Exit code 3; for a bisect the commit is untestable. */
export class BuildError extends HarnessError {
  constructor(code: ErrorCode<'kernel'>, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/** The guest broke a contract: bad frames, missing files, impossible numbers. */
export class GuestError extends HarnessError {
  constructor(code: ErrorCode<'guest'>, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/** The host or modstorm itself failed: no QEMU, disk full, lost socket. Exit code 3, the verdict is unknown. */
export class InfrastructureError extends HarnessError {
  constructor(code: ErrorCode<'harness'>, message: string, facts?: ErrorFacts) {
    super(code, message, facts);
  }
}

/**
 * Whatever was thrown, as an error with a code. What the operating system refused is named by its own words; all else
 * that is no HarnessError is a defect of modstorm.
 */
export function namedError(error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  if (isSystemError(error)) {
    return new InfrastructureError('SYSTEM_CALL_FAILED', error.message, {
      hint: systemHints[error.code] ?? `${defectHint} if the host has nothing to do with it.`,
      cause: error,
    });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new InfrastructureError('INTERNAL_ERROR', `a defect of modstorm itself: ${text}`, {
    hint: `${defectHint}.`,
    cause: error,
  });
}

const defectHint = 'Set MODSTORM_DEBUG=errors to see the trace, and report it';
const roomHint = 'Make room on that disk; an interrupted run goes on with `modstorm run --resume`.';
const permissionHint = 'Make the folder writable for this user, or name another one.';
const handlesHint = 'Raise the limit of open files (`ulimit -n`), or run fewer guests at once (--jobs).';

/** What to do about what the operating system says. */
const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: roomHint,
  EDQUOT: roomHint,
  EACCES: permissionHint,
  EPERM: permissionHint,
  EROFS: permissionHint,
  EMFILE: handlesHint,
  ENFILE: handlesHint,
  EIO: 'Look into the log of the host (`dmesg`): a disk may be failing.',
};

/** Whether an error is what the operating system said to a call of ours. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string';
}

/** Whether an error is one of the operating system with this name, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
