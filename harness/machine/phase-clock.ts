import type { TrialPhase } from '../measurement/record.ts';
import { formatDuration } from '../units.ts';
import type { Deadlines } from './machine.ts';

/** A missed deadline. */
export interface Expiry {
  phase: TrialPhase;
  reason: string;
}

/** Times the phases of a guest on the host's monotonic clock, and detects missed deadlines. */
export class PhaseClock {
  readonly #deadlines: Deadlines;
  readonly #now: () => number;
  readonly #started: number;
  readonly #spent: Partial<Record<TrialPhase, number>> = {};
  #phase: TrialPhase = 'start';
  #entered: number;
  #heard: number;

  /** @param now monotonic time, ns */
  constructor(deadlines: Deadlines, now: () => number) {
    this.#deadlines = deadlines;
    this.#now = now;
    this.#started = now();
    this.#entered = this.#started;
    this.#heard = this.#started;
  }

  /** The current phase. */
  get phase(): TrialPhase {
    return this.#phase;
  }

  /** Enters a phase. The times of a phase that is entered twice add up. */
  enter(phase: TrialPhase): void {
    const now = this.#now();
    this.#spent[this.#phase] = (this.#spent[this.#phase] ?? 0) + now - this.#entered;
    this.#phase = phase;
    this.#entered = now;
    this.#heard = now;
  }

  /** Notes that the guest sent a byte on console or channel. */
  heard(): void {
    this.#heard = this.#now();
  }

  /** The first missed deadline, if any. Start and boot share the deadline of the boot. */
  expired(): Expiry | undefined {
    const now = this.#now();
    const phase = this.#phase;
    const booting = phase === 'start' || phase === 'boot';
    const limit = booting ? this.#deadlines.boot : this.#deadlines[phase];
    const since = booting ? this.#started : this.#entered;
    if (now - since > limit) return { phase, reason: `${phase} took longer than ${formatDuration(limit)}` };
    if (now - this.#heard > this.#deadlines.silence) {
      return { phase, reason: `no output for ${formatDuration(this.#deadlines.silence)}` };
    }
    if (now - this.#started > this.#deadlines.total) {
      return { phase, reason: `the trial took longer than ${formatDuration(this.#deadlines.total)}` };
    }
    return undefined;
  }

  /** Durations of the phases so far, in ns, including the current one. */
  durations(): Partial<Record<TrialPhase, number>> {
    const running = (this.#spent[this.#phase] ?? 0) + this.#now() - this.#entered;
    return { ...this.#spent, [this.#phase]: running };
  }
}
