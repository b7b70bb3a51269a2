import { type ErrorCode, type Fault, meaningOf } from './error-codes.ts';

/** What an error of modstorm may carry besides its message. */
export interface ErrorFacts {
  /** What the reader can do about it: a full sentence or a command line. */
  hint?: string | undefined;
  /** The lines that prove the claim: compiler output, console tail, QEMU's stderr. Shown escaped and bounded. */
  evidence?: string | undefined;
  cause?: unknown;
}

/**
 * The base of every error that modstorm throws on purpose. Its subclasses accept only the codes of their fault, so a
 * typo or a code of another fault does not compile. Any other error that reaches `main` is a bug in modstorm and gives
 * exit code 3.
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

/** A kernel does not configure or build, or lacks what it must have. Exit code 3; a bisection skips the commit. */
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
 * Turns anything thrown into an error with a code. A failed system call keeps the message of the operating system. Any
 * other error that is not a HarnessError is a bug in modstorm.
 */
export function namedError(error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  if (isSystemError(error)) {
    return new InfrastructureError('SYSTEM_CALL_FAILED', error.message, {
      hint: systemHints[error.code] ?? `${defectHint} if it is not the fault of the host.`,
      cause: error,
    });
  }
  const text = error instanceof Error ? error.message : String(error);
  return new InfrastructureError('INTERNAL_ERROR', `a bug in modstorm itself: ${text}`, {
    hint: `${defectHint}.`,
    cause: error,
  });
}

const defectHint = 'Set MODSTORM_DEBUG=errors to see the trace, and report it';
const roomHint = 'Free some space on that disk. An interrupted run continues with `modstorm run --resume`.';
const permissionHint = 'Make the folder writable for this user, or use another one.';
const handlesHint = 'Raise the limit of open files (`ulimit -n`), or run fewer guests at once (--jobs).';

/** Hints for errors of the operating system. */
const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: roomHint,
  EDQUOT: roomHint,
  EACCES: permissionHint,
  EPERM: permissionHint,
  EROFS: permissionHint,
  EMFILE: handlesHint,
  ENFILE: handlesHint,
  EIO: 'Check the log of the host (`dmesg`): a disk may be failing.',
};

/** Whether an error comes from a failed system call. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && typeof syscall === 'string';
}

/** Whether an error is the operating system error with this name, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
