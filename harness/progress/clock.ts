/** Time as the displays see it; a test moves its own. */
export interface ProgressClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls again and again; returns what stops it. Must not keep the process alive. */
  every(milliseconds: number, action: () => void): () => void;
  /** Calls once; returns what forgets it. Must not keep the process alive. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The clock of this process. */
export const processClock: ProgressClock = {
  now: () => performance.now(),
  every: (milliseconds, action) => {
    const timer = setInterval(action, milliseconds).unref();
    return () => clearInterval(timer);
  },
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
