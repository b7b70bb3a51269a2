/** A running trial. */
export interface RunningAge {
  vcpus: number;
  ageMs: number;
}

/** The input of an estimate. */
export interface RemainingWork {
  /** Trials that have not started. */
  pending: number;
  /** Their vCPUs, if known; as many as `pending`. */
  pendingVcpus?: readonly number[] | undefined;
  running: readonly RunningAge[];
  /** Since the first trial started. */
  elapsedMs: number;
}

interface Tally {
  count: number;
  totalMs: number;
}

/**
 * Estimates the time of the remaining trials: as long as measured trials with the same number of vCPUs, or the nearest
 * measured number, divided by the observed parallelism.
 */
export class RemainingTime {
  readonly #byVcpus = new Map<number, Tally>();
  #all: Tally = { count: 0, totalMs: 0 };

  /** Records a trial that ended after `durationMs`. */
  add(vcpus: number, durationMs: number): void {
    const tally = this.#byVcpus.get(vcpus) ?? { count: 0, totalMs: 0 };
    this.#byVcpus.set(vcpus, { count: tally.count + 1, totalMs: tally.totalMs + durationMs });
    this.#all = { count: this.#all.count + 1, totalMs: this.#all.totalMs + durationMs };
  }

  /** Expected duration of a trial with this number of vCPUs, in ms; undefined before the first has ended. */
  expected(vcpus: number): number | undefined {
    const exact = this.#byVcpus.get(vcpus);
    if (exact) return exact.totalMs / exact.count;
    let nearest: { distance: number; milliseconds: number } | undefined;
    for (const [known, tally] of this.#byVcpus) {
      const distance = Math.abs(Math.log2(vcpus / known));
      if (nearest && nearest.distance <= distance) continue;
      nearest = { distance, milliseconds: tally.totalMs / tally.count };
    }
    return nearest?.milliseconds;
  }

  /** Milliseconds until all is done; undefined before the first trial has ended. */
  estimate(work: RemainingWork): number | undefined {
    if (this.#all.count === 0) return undefined;
    const mean = this.#all.totalMs / this.#all.count;
    const pendingMs = work.pendingVcpus
      ? sum(work.pendingVcpus.map(vcpus => this.expected(vcpus) ?? mean))
      : work.pending * mean;
    const left = work.running.map(trial => Math.max(0, (this.expected(trial.vcpus) ?? mean) - trial.ageMs));
    const busyMs = this.#all.totalMs + sum(work.running.map(trial => trial.ageMs));
    const parallelism = Math.max(1, busyMs / Math.max(1, work.elapsedMs));
    // Parallelism cannot shorten the longest running trial.
    return Math.max((pendingMs + sum(left)) / parallelism, ...left, 0);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
