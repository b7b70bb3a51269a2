import type { TrialPhase } from '../measurement/record.ts';
import { formatDuration } from '../units.ts';
import type { Deadlines } from './machine.ts';

/** A deadline that was missed. */
export interface Expiry {
  phase: TrialPhase;
  reason: string;
}

/** Keeps the time of a guest's phases on the host's monotonic clock and tells which deadline was missed. */
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

  /** The phase that runs. */
  get phase(): TrialPhase {
    return this.#phase;
  }

  /** Goes on to a phase; time in a phase that is entered twice adds up. */
  enter(phase: TrialPhase): void {
    const now = this.#now();
    this.#spent[this.#phase] = (this.#spent[this.#phase] ?? 0) + now - this.#entered;
    this.#phase = phase;
    this.#entered = now;
    this.#heard = now;
  }

  /** The guest was heard: a byte on console or channel. */
  heard(): void {
    this.#heard = this.#now();
  }

  /** The first deadline that is over, if one is. Start and boot share the deadline of the boot. */
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

  /** Durations of the phases that were reached, ns, with the running one up to now. */
  durations(): Partial<Record<TrialPhase, number>> {
    const running = (this.#spent[this.#phase] ?? 0) + this.#now() - this.#entered;
    return { ...this.#spent, [this.#phase]: running };
  }
}
