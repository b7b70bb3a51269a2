import type { Crash } from '../measurement/crashes/crash.ts';

/** Maximum number of console lines to examine together. A report has at most a few hundred. */
const windowLimit = 4000;
/** Number of harmless lines to keep, so that a report whose first line came earlier is complete. */
const overlap = 8;
const crashLimit = 50;

/** Finds the crash reports in console lines, in order. Expected diagnostics are not crashes. */
export type Recognise = (lines: readonly string[]) => Crash[];

/**
 * Finds crash reports in the console as it grows. While a report is being printed its title and evidence may still
 * change. It is complete when the guest has been quiet for a moment or has ended.
 */
export class CrashWatch {
  readonly #recognise: Recognise;
  readonly #settled: Crash[] = [];
  #window: string[] = [];
  #current: Crash[] = [];

  constructor(recognise: Recognise) {
    this.#recognise = recognise;
  }

  /** The first crash after which the guest cannot be trusted, if any. */
  get fatal(): Crash | undefined {
    return this.crashes.find(crash => crash.fatal);
  }

  /** The first fifty crashes in order, not only fatal ones. */
  get crashes(): Crash[] {
    return [...this.#settled, ...this.#current].slice(0, crashLimit);
  }

  /** Adds new console lines. */
  push(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#window.push(...lines);
    this.#current = this.#recognise(this.#window);
    if (this.#current.length === 0) {
      this.#window = this.#window.slice(-overlap);
    } else if (this.#window.length > windowLimit) {
      if (this.#settled.length < crashLimit) this.#settled.push(...this.#current);
      this.#current = [];
      this.#window = [];
    }
  }
}
