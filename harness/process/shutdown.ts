import { exitCodes } from '../exit-code.ts';
import { killRemainingPrograms } from './group.ts';

/** What the exit code of a process says that a signal ended: 128 and its number. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type HandledSignal = keyof typeof signalCodes;
const handledSignals = Object.keys(signalCodes) as HandledSignal[];

/** How long an error that nobody caught may take to wind down, ms: guests get 2 s between TERM and KILL. */
const windDownMs = 10_000;

/**
 * Turns SIGINT, SIGTERM, SIGHUP and an error that nobody caught into one AbortSignal. The first winds down; a second
 * signal, later than the duplicate that npm sends, ends the process at once.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  readonly #tell: (error: unknown) => void;
  #received: { signal: HandledSignal; at: number } | undefined;
  #deadline: NodeJS.Timeout | undefined;

  /** @param tell shows an error that nobody caught, when it comes; must not throw */
  constructor(tell: (error: unknown) => void = () => undefined) {
    this.#tell = tell;
  }

  /** Aborted when the harness shall stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP, 3 after an error that nobody caught; else undefined. */
  get exitCode(): number | undefined {
    if (this.#deadline !== undefined) return exitCodes.infrastructure;
    return this.#received && signalCodes[this.#received.signal];
  }

  /** Listens to the process; returns a function that stops listening. */
  listen(): () => void {
    const onSignal = (signal: NodeJS.Signals) => this.receive(signal as HandledSignal);
    const onError = (error: unknown) => this.fail(error);
    for (const name of handledSignals) process.on(name, onSignal);
    // A promise that nobody awaited comes here as well.
    process.on('uncaughtException', onError);
    process.once('exit', killRemainingPrograms);
    return () => {
      for (const name of handledSignals) process.off(name, onSignal);
      process.off('uncaughtException', onError);
      process.off('exit', killRemainingPrograms);
      if (this.#deadline === undefined) return;
      clearTimeout(this.#deadline);
      // Whoever should have ended them may be what failed.
      killRemainingPrograms();
    };
  }

  /** A signal came. npm passes Ctrl-C on a second time: within a second it is the same one. */
  receive(signal: HandledSignal): void {
    const now = performance.now();
    if (!this.#received) {
      this.#received = { signal, at: now };
      this.#controller.abort(new Error(`received ${signal}`));
    } else if (now - this.#received.at > 1000) {
      killRemainingPrograms();
      // Node's own exit waits for what its threads read; the signal itself, when nobody listens, does not.
      process.removeAllListeners(this.#received.signal);
      process.kill(process.pid, this.#received.signal);
    }
  }

  /** Nobody caught an error: tells it and winds down. What has not ended in time is killed. */
  fail(error: unknown): void {
    this.#tell(error);
    if (this.#deadline !== undefined) return;
    this.#deadline = setTimeout(() => process.exit(exitCodes.infrastructure), windDownMs);
    this.#controller.abort(error);
  }
}
