/** The clock of the displays. Tests use their own. */
export interface ProgressClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls repeatedly. Returns a function that stops it. Must not keep the process alive. */
  every(milliseconds: number, action: () => void): () => void;
  /** Calls once. Returns a function that cancels it. Must not keep the process alive. */
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
