import { uptime } from 'node:os';

/**
 * Measures how long this process did not run: because of a signal, a suspended host, or a vCPU that was taken away. During
 * that time nobody reads the output of the guest.
 */
export class StallWatch {
  readonly #now: () => number;
  readonly #upNs: () => number;
  #last: number;
  #lastUp: number;
  #longest = 0;

  /**
   * @param now monotonic time, ns; stops while the host is suspended
   * @param upNs time since boot including suspend, ns
   */
  constructor(now: () => number, upNs: () => number = () => uptime() * 1e9) {
    this.#now = now;
    this.#upNs = upNs;
    this.#last = now();
    this.#lastUp = upNs();
  }

  /** Must be called often; the time between two calls counts as one stall. */
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
