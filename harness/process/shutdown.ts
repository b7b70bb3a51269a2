import { exitCodes } from '../exit-code.ts';
import { killRemainingPrograms } from './group.ts';

/** The exit code of a process ended by a signal: 128 plus its number. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type HandledSignal = keyof typeof signalCodes;
const handledSignals = Object.keys(signalCodes) as HandledSignal[];

/** Time limit for shutting down after an uncaught error, in ms. Guests get 2 s between TERM and KILL. */
const windDownMs = 10_000;

/**
 * Turns SIGINT, SIGTERM, SIGHUP and an uncaught error into one AbortSignal. The first one shuts down; a second signal, later
 * than the duplicate that npm sends, ends the process at once.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  readonly #report: (error: unknown) => void;
  #received: { signal: HandledSignal; at: number } | undefined;
  #deadline: NodeJS.Timeout | undefined;

  /** @param report reports an uncaught error; must not throw */
  constructor(report: (error: unknown) => void = () => undefined) {
    this.#report = report;
  }

  /** Aborted when the harness should stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP, 3 after an uncaught error; else undefined. */
  get exitCode(): number | undefined {
    if (this.#deadline !== undefined) return exitCodes.infrastructure;
    return this.#received && signalCodes[this.#received.signal];
  }

  /** Listens to the process; returns a function that stops listening. */
  listen(): () => void {
    const onSignal = (signal: NodeJS.Signals) => this.receive(signal as HandledSignal);
    const onError = (error: unknown) => this.fail(error);
    for (const name of handledSignals) process.on(name, onSignal);
    // Unhandled rejections end up here as well.
    process.on('uncaughtException', onError);
    process.once('exit', killRemainingPrograms);
    return () => {
      for (const name of handledSignals) process.off(name, onSignal);
      process.off('uncaughtException', onError);
      process.off('exit', killRemainingPrograms);
      if (this.#deadline === undefined) return;
      clearTimeout(this.#deadline);
      // The code that should have ended them may be what failed.
      killRemainingPrograms();
    };
  }

  /** Handles a signal. npm forwards Ctrl-C a second time: within a second, it counts as the same one. */
  receive(signal: HandledSignal): void {
    const now = performance.now();
    if (!this.#received) {
      this.#received = { signal, at: now };
      this.#controller.abort(new Error(`received ${signal}`));
    } else if (now - this.#received.at > 1000) {
      killRemainingPrograms();
      // Node's own exit waits for reads in its threads. The default action of the signal does not.
      process.removeAllListeners(this.#received.signal);
      process.kill(process.pid, this.#received.signal);
    }
  }

  /** Handles an uncaught error: reports it and shuts down. Anything that has not ended in time is killed. */
  fail(error: unknown): void {
    this.#report(error);
    if (this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => process.exit(exitCodes.infrastructure), windDownMs);
    this.#controller.abort(error);
  }
}
