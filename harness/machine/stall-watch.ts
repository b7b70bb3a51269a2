import { uptime } from 'node:os';

/**
 * Tells how long this process stood still: stopped by a signal, or the host asleep, or its vCPU taken away. Meanwhile
 * nobody reads what the guest says.
 */
export class StallWatch {
  readonly #now: () => number;
  readonly #upNs: () => number;
  #last: number;
  #lastUp: number;
  #longest = 0;

  /**
   * @param now monotonic time, ns; it stands while the host sleeps
   * @param upNs time since boot with sleep counted, ns
   */
  constructor(now: () => number, upNs: () => number = () => uptime() * 1e9) {
    this.#now = now;
    this.#upNs = upNs;
    this.#last = now();
    this.#lastUp = upNs();
  }

  /** To be called often; what lies between two calls is counted as one stall. */
  turn(): void {
    const [now, up] = [this.#now(), this.#upNs()];
    this.#longest = Math.max(this.#longest, now - this.#last, up - this.#lastUp);
    this.#last = now;
    this.#lastUp = up;
  }

  /** The longest time between two calls, ns. */
  get longestNs(): number {
    return this.#longest;
  }
}
