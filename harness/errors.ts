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

/** Whether an error is one of the operating system with this name, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
