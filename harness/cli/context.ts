/** What a command may touch of the world; handed in by `main`, replaced in tests. */
export interface CommandContext {
  /** Writes text to standard output, where results go. No newline is added. */
  stdout(text: string): void;
  /** Writes text to standard error, where progress, hints and errors go. No newline is added. */
  stderr(text: string): void;
  environment: NodeJS.ProcessEnv;
  /** Aborted by SIGINT, SIGTERM or SIGHUP; the reason tells which. */
  signal: AbortSignal;
  /** The exit code of that signal, 129, 130 or 143; undefined while none came. */
  interruption(): number | undefined;
  /** Whether standard error is a terminal, so that a live display makes sense. */
  interactive: boolean;
}
