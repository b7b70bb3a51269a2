import type { Paint } from '../paint.ts';

/** Everything outside itself that a command may touch. Passed in by `main`, replaced in tests. */
export interface CommandContext {
  /**
   * Writes text to standard output, where results go. No newline is added.
   * @param colour puts colours into the text, which is safe by then; only called if standard output shows them
   */
  stdout(text: string, colour?: (text: string, paint: Paint) => string): void;
  /** Columns of the terminal that standard output is; undefined if it is none. */
  columns?: number | undefined;
  /** Writes text to standard error, where progress, hints and errors go. No newline is added. */
  stderr(text: string): void;
  environment: NodeJS.ProcessEnv;
  /** Aborted by SIGINT, SIGTERM or SIGHUP; the reason says which. */
  signal: AbortSignal;
  /** The exit code for that signal, 129, 130 or 143; undefined if there was none. */
  interruption(): number | undefined;
  /** Whether standard error is a terminal, so that a live display makes sense. */
  interactive: boolean;
}
