/** Whose fault a failure is; decides the exit code and what the reader should do next. */
export type Fault = 'user' | 'kernel' | 'guest' | 'harness';

/** Facts that every error of modstorm may carry beside its message. */
export interface ErrorFacts {
  /** What the reader can do about it, as a full sentence or a command line. */
  hint?: string;
  /** The lines that prove the claim: compiler output, console tail, QEMU's stderr. Shown escaped and bounded. */
  evidence?: string;
  cause?: unknown;
}

/**
 * The base of every error that modstorm throws on purpose. Anything else that reaches `main` is a defect of
 * ours and ends with exit code 3.
 */
export class HarnessError extends Error {
  readonly fault: Fault;
  /** A stable, upper-case code that scripts may match, listed in harness/README.md (`KERNEL_CONFIG_DROPPED`). */
  readonly code: string;
  readonly hint: string | undefined;
  readonly evidence: string | undefined;

  constructor(fault: Fault, code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.fault = fault;
    this.code = code;
    this.hint = facts.hint;
    this.evidence = facts.evidence;
  }
}

/** The command line, a matrix or an input file is wrong; nothing was run. Exit code 2. */
export class UsageError extends HarnessError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super('user', code, message, facts);
  }
}

/** The filter or shard left nothing to run. Exit code 4. */
export class NothingSelectedError extends UsageError {}

/** A kernel does not configure, build or carry what it must. Exit code 3; for a bisect the commit is untestable. */
export class BuildError extends HarnessError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super('kernel', code, message, facts);
  }
}

/** The guest broke a contract: bad frames, missing files, impossible numbers. */
export class GuestError extends HarnessError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super('guest', code, message, facts);
  }
}

/** The host or modstorm itself failed: no QEMU, disk full, lost socket. Exit code 3, the verdict is unknown. */
export class InfrastructureError extends HarnessError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super('harness', code, message, facts);
  }
}

/** Whether an error is one of the operating system with this name, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
