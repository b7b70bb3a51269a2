import { type ErrorCode, meaningOf } from './error-codes.ts';
import { HarnessError } from './errors.ts';

/** The exit codes of every command except `bisect step`; the README has the same table. */
export const exitCodes = {
  /** All passed, no gated regression. */
  success: 0,
  /** A trial failed, or a gated metric regressed. */
  failed: 1,
  /** The command line or the matrix is wrong; nothing ran. */
  usage: 2,
  /** The host, a build or modstorm itself failed; the verdict is unknown. */
  infrastructure: 3,
  /** The filter or shard selected nothing. */
  nothingSelected: 4,
} as const;

/** The exit code for an error that ended a command. An error that is not a HarnessError is a bug: 3, never 1. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof HarnessError ? exitCodeOf(error.code) : exitCodes.infrastructure;
}

/** The exit code of a command that ended with this error code. */
export function exitCodeOf(code: ErrorCode): number {
  const { fault, exit } = meaningOf(code);
  return exit ?? (fault === 'user' ? exitCodes.usage : exitCodes.infrastructure);
}
