import type { Costs } from './next-step.ts';
import type { Observation } from './observation.ts';
import type { SearchOptions } from './options.ts';

/** What a search has cost so far, and what the next step will cost by it. */
export class Spending {
  /** Counts of what was done, and the seconds that it took. */
  builds = 0;
  boots = 0;
  seconds = 0;
  /** The part of the seconds that guests took. */
  bootSeconds = 0;
  readonly #expected: SearchOptions['expectedSeconds'];
  readonly #buildTimes = { ends: [] as number[], search: [] as number[], anew: [] as number[] };
  readonly #bootTimes: readonly number[][];

  constructor({ cells, expectedSeconds }: Pick<SearchOptions, 'cells' | 'expectedSeconds'>) {
    this.#expected = expectedSeconds;
    this.#bootTimes = Array.from({ length: cells }, () => []);
  }

  /** Counts what was done, whatever came of it. */
  add(observation: Observation): void {
    const { type, seconds } = observation;
    this.seconds += seconds;
    if (type === 'built' || (type === 'untestable' && observation.cause === 'build')) this.builds++;
    if (type === 'built') this.#timeBuild(observation);
    if (type !== 'booted' && type !== 'boot-failed') return;
    this.boots++;
    this.bootSeconds += seconds;
    // One that an earlier run made took no time here.
    if (type === 'booted' && seconds > 0) this.#bootTimes[observation.cell ?? 0]?.push(seconds);
  }

  #timeBuild({ without, purpose, seconds }: Observation): void {
    // What a revert takes says nothing of the next commit.
    if (without !== undefined) return;
    if (purpose.stage === 'ends') this.#buildTimes.ends.push(seconds);
    // One made anew builds everything, and tells nothing of what the next commit takes.
    else if (purpose.stage === 'confirm') this.#buildTimes.anew.push(seconds);
    else this.#buildTimes.search.push(seconds);
  }

  /** Means of what was measured: of builds inside the range where there were any, for the first one builds everything. */
  costs(): Costs {
    const { ends, search } = this.#buildTimes;
    const builds = search.length > 0 ? search : ends.slice(1);
    return {
      build: meanOr(this.#expected.build, builds),
      boots: this.#bootTimes.map(times => meanOr(this.#expected.boot, times)),
    };
  }

  /** What building a kernel from nothing takes, in seconds: the longest build that did. */
  get wholeBuild(): number {
    const { ends, anew } = this.#buildTimes;
    return Math.max(...ends, ...anew, 0) || this.#expected.build;
  }
}

function meanOr(expected: number, times: readonly number[]): number {
  return times.length === 0 ? expected : times.reduce((sum, time) => sum + time, 0) / times.length;
}
