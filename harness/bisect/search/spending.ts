import type { Costs } from './next-step.ts';
import type { Observation } from './observation.ts';
import type { SearchOptions } from './options.ts';

/** The costs of a search so far, and the expected costs of the next step. */
export class Spending {
  /** Numbers of builds and boots, and the seconds that they took. */
  builds = 0;
  boots = 0;
  seconds = 0;
  /** The seconds of these that guests took. */
  bootSeconds = 0;
  readonly #expected: SearchOptions['expectedSeconds'];
  readonly #buildTimes = { ends: [] as number[], search: [] as number[], anew: [] as number[] };
  readonly #bootTimes: readonly number[][];

  constructor({ cells, expectedSeconds }: Pick<SearchOptions, 'cells' | 'expectedSeconds'>) {
    this.#expected = expectedSeconds;
    this.#bootTimes = Array.from({ length: cells }, () => []);
  }

  /** Adds an observation, regardless of its result. */
  add(observation: Observation): void {
    const { type, seconds } = observation;
    this.seconds += seconds;
    if (type === 'built' || (type === 'untestable' && observation.cause === 'build')) this.builds++;
    if (type === 'built') this.#timeBuild(observation);
    if (type !== 'booted' && type !== 'boot-failed') return;
    this.boots++;
    this.bootSeconds += seconds;
    // Boots of an earlier run took no time here.
    if (type === 'booted' && seconds > 0) this.#bootTimes[observation.cell ?? 0]?.push(seconds);
  }

  #timeBuild({ without, purpose, seconds }: Observation): void {
    // Building a revert does not predict the duration for the next commit.
    if (without !== undefined) return;
    if (purpose.stage === 'ends') this.#buildTimes.ends.push(seconds);
    // A build from scratch compiles everything, and so does not predict the next incremental one.
    else if (purpose.stage === 'confirm') this.#buildTimes.anew.push(seconds);
    else this.#buildTimes.search.push(seconds);
  }

  /** Mean measured costs. Uses only builds inside the range if there are any, because the first build compiles everything. */
  costs(): Costs {
    const { ends, search } = this.#buildTimes;
    const builds = search.length > 0 ? search : ends.slice(1);
    return {
      build: meanOr(this.#expected.build, builds),
      boots: this.#bootTimes.map(times => meanOr(this.#expected.boot, times)),
    };
  }

  /** Duration of a build from scratch, in seconds: the longest such build. */
  get wholeBuild(): number {
    const { ends, anew } = this.#buildTimes;
    return Math.max(...ends, ...anew, 0) || this.#expected.build;
  }
}

function meanOr(expected: number, times: readonly number[]): number {
  return times.length === 0 ? expected : times.reduce((sum, time) => sum + time, 0) / times.length;
}
