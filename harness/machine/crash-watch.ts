import type { Crash } from '../measurement/crash.ts';

/** Most lines kept while a report is being printed. */
const windowLimit = 4000;
/** Lines kept when nothing is wrong, so that a report whose first lines came earlier is whole. */
const overlap = 8;
const crashLimit = 50;

/**
 * Finds crash reports in the console as it grows. A report is believed complete when the guest has been quiet for a
 * moment, or has ended; until then a longer evidence may replace a shorter one.
 */
export class CrashWatch {
  readonly #recognise: (lines: string[]) => Crash | null;
  readonly #crashes = new Map<string, Crash>();
  #window: string[] = [];
  #fatal: Crash | undefined;

  constructor(recognise: (lines: string[]) => Crash | null) {
    this.#recognise = recognise;
  }

  /** The first fatal crash, if there is one; its evidence grows while the report is printed. */
  get fatal(): Crash | undefined {
    return this.#fatal;
  }

  /** All crashes by title, first seen first; not only fatal ones. */
  get crashes(): Crash[] {
    return [...this.#crashes.values()];
  }

  /** Takes new console lines. */
  push(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#window.push(...lines);
    if (this.#window.length > windowLimit) this.#window = this.#window.slice(-windowLimit);
    for (let start = 0; start < this.#window.length; ) {
      const crash = this.#recognise(this.#window.slice(start));
      if (!crash) break;
      this.#remember(crash);
      // A fatal report is the last word: what follows belongs to it.
      if (crash.fatal) return;
      const head = this.#window.indexOf(crash.evidence[0] ?? '', start);
      start = Math.max(start, head) + Math.max(1, crash.evidence.length);
    }
    if (!this.#fatal && this.#crashes.size === 0) this.#window = this.#window.slice(-overlap);
  }

  #remember(crash: Crash): void {
    const known = this.#crashes.get(crash.title);
    const longer = !known || crash.evidence.length > known.evidence.length;
    if (longer && this.#crashes.size < crashLimit) this.#crashes.set(crash.title, crash);
    if (crash.fatal && (!this.#fatal || (this.#fatal.title === crash.title && longer))) this.#fatal = crash;
  }
}
