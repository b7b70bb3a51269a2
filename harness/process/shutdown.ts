import { killRemainingPrograms } from './group.ts';

/**
 * Turns SIGINT, SIGTERM and SIGHUP into one AbortSignal. The first signal winds down; a second one, later than the
 * duplicate that npm sends, kills at once.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  #received: { signal: NodeJS.Signals; at: number } | undefined;

  /** Aborted when the harness shall stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP; undefined while nothing was received. */
  get exitCode(): number | undefined {
    const codes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
    return this.#received && codes[this.#received.signal];
  }

  /** Listens to the signals of the process; returns a function that stops listening. */
  listen(): () => void {
    const names: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const handler = (signal: NodeJS.Signals) => this.receive(signal);
    for (const name of names) process.on(name, handler);
    process.once('exit', killRemainingPrograms);
    return () => {
      for (const name of names) process.off(name, handler);
      process.off('exit', killRemainingPrograms);
    };
  }

  /** A signal came. npm passes Ctrl-C on a second time: within a second it is the same one. */
  receive(signal: NodeJS.Signals): void {
    if (!this.#received) {
      this.#received = { signal, at: Date.now() };
      this.#controller.abort(new Error(`received ${signal}`));
    } else if (Date.now() - this.#received.at > 1000) {
      killRemainingPrograms();
      process.exit(this.exitCode);
    }
  }
}
