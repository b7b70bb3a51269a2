import type { Scalar } from '../../statistics/samples/value.ts';
import { type Bins, binOf } from './bins.ts';
import { type EndsVerdict, judgeEnds } from './ends.ts';
import { Evidence } from './evidence.ts';
import type { History } from './history.ts';
import type { Costs } from './next-step.ts';
import type { Observation, Purpose } from './observation.ts';
import type { SearchOptions } from './options.ts';

/** A suspicion under test by fresh boots of its own. */
export interface Attempt {
  number: number;
  bad: string;
  good: readonly string[];
  built: Set<string>;
  /** By commit, in the order of the boots. */
  values: Map<string, Scalar[]>;
}

/** Values of the fresh boots of one of its commits; none before it was booted. */
export function freshValues({ values }: Attempt, commit: string): readonly Scalar[] {
  return values.get(commit) ?? [];
}

/** The culprit reverted on the bad end. */
export interface RevertTrial {
  culprit: string;
  built: boolean;
  bad: Scalar[];
  reverted: Scalar[];
  /** Why it cannot be judged. */
  impossible?: string;
}

/** A source that fails so often, and more often than it does not, cannot be judged. */
const failuresAllowed = 3;

/** Everything that a search has seen, folded from its observations one by one. */
export class Ledger {
  readonly history: History;
  readonly options: SearchOptions;
  /** Values of the boots that were made for the ends. */
  readonly good: Scalar[] = [];
  readonly bad: Scalar[] = [];
  /** Commit to the reason why it cannot be judged. */
  readonly untestable = new Map<string, string>();
  readonly attempts: Attempt[] = [];
  revert: RevertTrial | undefined;
  /** Counts of what was done, and the seconds that it took. */
  readonly spent = { builds: 0, boots: 0, seconds: 0 };
  #ends: EndsVerdict;
  #evidence: { evidence: Evidence; bins: Bins } | undefined;
  readonly #codes = new Map<string, string | undefined>();
  readonly #tries = new Map<string, { passed: number; failed: number }>();
  readonly #times = {
    build: { ends: [] as number[], search: [] as number[], anew: [] as number[] },
    boot: [] as number[],
  };

  constructor(history: History, options: SearchOptions) {
    this.history = history;
    this.options = options;
    this.#ends = judgeEnds([], [], options.worse);
  }

  get goodEnd(): string {
    return this.history.commitAt(0).id;
  }
  get badEnd(): string {
    return this.history.commitAt(this.history.bad).id;
  }

  get ends(): EndsVerdict {
    return this.#ends;
  }

  /** Undefined until the ends have been told apart, or are trusted. */
  get evidence(): Evidence | undefined {
    return this.#evidence?.evidence;
  }

  isBuilt(commit: string): boolean {
    return this.#codes.has(commit);
  }

  /** Whether both ends are known to be the same object code. */
  get sameCode(): boolean {
    const code = this.#codes.get(this.goodEnd);
    return code !== undefined && code === this.#codes.get(this.badEnd);
  }

  get overBudget(): boolean {
    return this.spent.seconds >= (this.options.budgetSeconds ?? Number.POSITIVE_INFINITY);
  }

  /** Places of the commits that cannot be judged. */
  untestablePlaces(): Set<number> {
    return new Set([...this.untestable.keys()].map(id => this.history.placeOf(id)));
  }

  /** Means of what was measured: of builds inside the range where there were any, for the first one builds everything. */
  costs(): Costs {
    const { build, boot } = this.#times;
    const expected = this.options.expectedSeconds;
    const builds = build.search.length > 0 ? build.search : build.ends.slice(1);
    return { build: meanOr(expected.build, builds), boot: meanOr(expected.boot, boot) };
  }

  /** What building a kernel from nothing takes, in seconds: the longest build that did. */
  get wholeBuild(): number {
    const { ends, anew } = this.#times.build;
    return Math.max(...ends, ...anew, 0) || this.options.expectedSeconds.build;
  }

  /** @throws RangeError when it is of a commit that the history does not have */
  observe(observation: Observation): void {
    this.history.placeOf(observation.commit);
    this.spent.seconds += observation.seconds;
    const attempt = this.#attemptOf(observation.purpose);
    if (observation.purpose.stage === 'revert')
      this.revert ??= { culprit: observation.purpose.culprit, built: false, bad: [], reverted: [] };
    if (observation.type === 'built') this.#built(observation, attempt);
    else if (observation.type === 'booted') this.#booted(observation, attempt);
    else if (observation.type === 'boot-failed') this.#bootFailed(observation);
    else {
      if (observation.cause === 'build') this.spent.builds++;
      this.#setAside(observation, observation.title);
    }
  }

  #attemptOf(purpose: Purpose): Attempt | undefined {
    if (purpose.stage !== 'confirm') return undefined;
    const { attempt: number, bad, good } = purpose;
    const isSame = (one: Attempt) =>
      one.number === number && one.bad === bad && one.good.join() === good.join();
    let attempt = this.attempts.find(isSame);
    if (attempt === undefined) {
      attempt = { number, bad, good, built: new Set(), values: new Map() };
      for (const commit of [bad, ...good]) attempt.values.set(commit, []);
      this.attempts.push(attempt);
    }
    return attempt;
  }

  #built(observation: Observation & { type: 'built' }, attempt: Attempt | undefined): void {
    const { commit, code, purpose, seconds } = observation;
    this.spent.builds++;
    if (observation.without !== undefined) {
      if (this.revert) this.revert.built = true;
      return;
    }
    if (purpose.stage === 'ends') this.#times.build.ends.push(seconds);
    // One made anew builds everything, and tells nothing of what the next commit takes.
    else if (purpose.stage === 'confirm') this.#times.build.anew.push(seconds);
    else this.#times.build.search.push(seconds);
    attempt?.built.add(commit);
    if (!this.#codes.has(commit) || code !== undefined) this.#codes.set(commit, code);
    this.evidence?.addBuild(this.history.placeOf(commit), code);
  }

  #booted(observation: Observation & { type: 'booted' }, attempt: Attempt | undefined): void {
    const { commit, without, purpose, value, seconds } = observation;
    this.spent.boots++;
    this.#times.boot.push(seconds);
    this.#triesOf(observation).passed++;
    if (purpose.stage === 'revert') this.revert?.[without === undefined ? 'bad' : 'reverted'].push(value);
    attempt?.values.get(commit)?.push(value);
    if (without !== undefined) return;
    if (this.#evidence) {
      const { evidence, bins } = this.#evidence;
      evidence.addBoot(this.history.placeOf(commit), binOf(bins, value));
    } else this.#bootedEnd(commit, value);
  }

  #bootedEnd(commit: string, value: Scalar): void {
    if (commit === this.goodEnd) this.good.push(value);
    else if (commit === this.badEnd) this.bad.push(value);
    if (this.#ends.kind === 'more' && Math.min(this.good.length, this.bad.length) < this.#ends.boots) return;
    this.#ends = judgeEnds(this.good, this.bad, this.options.worse);
    if (this.#ends.kind === 'differ' || (this.#ends.kind === 'alike' && this.options.trustEnds))
      this.#freeze(this.#ends.bins);
  }

  #freeze(bins: Bins): void {
    const evidence = new Evidence(this.history, bins.count);
    for (const end of [this.goodEnd, this.badEnd])
      evidence.addBuild(this.history.placeOf(end), this.#codes.get(end));
    for (const value of this.good) evidence.addBoot(0, binOf(bins, value));
    for (const value of this.bad) evidence.addBoot(this.history.bad, binOf(bins, value));
    this.#evidence = { evidence, bins };
  }

  #bootFailed(observation: Observation & { type: 'boot-failed' }): void {
    this.spent.boots++;
    const tries = this.#triesOf(observation);
    tries.failed++;
    if (tries.failed >= failuresAllowed && tries.failed > tries.passed)
      this.#setAside(observation, observation.title);
  }

  #setAside(observation: Observation, title: string): void {
    if (observation.without === undefined) this.untestable.set(observation.commit, title);
    else if (this.revert) this.revert.impossible = title;
  }

  #triesOf({ commit, without }: Observation): { passed: number; failed: number } {
    const key = without === undefined ? commit : `${commit} without ${without}`;
    const tries = this.#tries.get(key) ?? { passed: 0, failed: 0 };
    this.#tries.set(key, tries);
    return tries;
  }
}

function meanOr(expected: number, times: readonly number[]): number {
  return times.length === 0 ? expected : times.reduce((sum, time) => sum + time, 0) / times.length;
}
