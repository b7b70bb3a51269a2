import type { Scalar } from '../../statistics/samples/value.ts';
import { type Bins, binOf } from './bins.ts';
import { type EndsVerdict, judgeEnds } from './ends.ts';
import { Evidence } from './evidence.ts';
import type { History } from './history.ts';
import type { Observation, Purpose } from './observation.ts';
import type { SearchOptions } from './options.ts';
import { Spending } from './spending.ts';

/** A suspicion that is being tested by fresh boots. */
export interface Attempt {
  number: number;
  bad: string;
  good: readonly string[];
  built: Set<string>;
  /** Values by commit, in the order of the boots. */
  values: Map<string, Scalar[]>;
}

/** Values of the fresh boots of one of its commits; empty before the first boot. */
export function freshValues({ values }: Attempt, commit: string): readonly Scalar[] {
  return values.get(commit) ?? [];
}

/** The culprit reverted on the bad end. */
export interface RevertTrial {
  culprit: string;
  built: boolean;
  bad: Scalar[];
  reverted: Scalar[];
  /** The reason why it cannot be tested. */
  impossible?: string;
}

/** A source that fails this often, and in more than half of its boots, cannot be tested. */
const failuresAllowed = 3;

/** The state of a search, computed from its observations one by one. */
export class Ledger {
  readonly history: History;
  readonly options: SearchOptions;
  /** Values of the boots for the comparison of the ends, by cell. */
  readonly endBoots: readonly { good: Scalar[]; bad: Scalar[] }[];
  /** Commit to the reason why it cannot be tested. */
  readonly untestable = new Map<string, string>();
  readonly attempts: Attempt[] = [];
  revert: RevertTrial | undefined;
  readonly spent: Spending;
  #ends: EndsVerdict;
  #evidence: { evidence: Evidence; cells: readonly { bins: Bins }[] } | undefined;
  readonly #codes = new Map<string, string | undefined>();
  readonly #tries = new Map<string, { passed: number; failed: number }>();

  constructor(history: History, options: SearchOptions) {
    this.history = history;
    this.options = options;
    this.spent = new Spending(options);
    this.endBoots = Array.from({ length: options.cells }, () => ({ good: [], bad: [] }));
    this.#ends = judgeEnds(this.endBoots, options.worse);
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

  /** Number of the cell in which suspicions are confirmed: the one in which the ends differ with the smallest p. */
  get confirmingCell(): number {
    return this.#ends.kind === 'more' ? 0 : this.#ends.cell;
  }

  /** Undefined until the ends are known to differ, or are trusted to. */
  get evidence(): Evidence | undefined {
    return this.#evidence?.evidence;
  }

  /** Minimum number of boots per end and cell before the ends were known to differ. */
  get fewestEndBoots(): number {
    return Math.min(...this.endBoots.flatMap(({ good, bad }) => [good.length, bad.length]));
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

  /** Indices of the commits that cannot be tested. */
  untestablePlaces(): Set<number> {
    return new Set([...this.untestable.keys()].map(id => this.history.placeOf(id)));
  }

  /** @throws RangeError if the history does not have its commit */
  observe(observation: Observation): void {
    this.history.placeOf(observation.commit);
    this.spent.add(observation);
    const attempt = this.#attemptOf(observation.purpose);
    if (observation.purpose.stage === 'revert')
      this.revert ??= { culprit: observation.purpose.culprit, built: false, bad: [], reverted: [] };
    if (observation.type === 'built') this.#built(observation, attempt);
    else if (observation.type === 'booted') this.#booted(observation, attempt);
    else if (observation.type === 'boot-failed') this.#bootFailed(observation);
    else this.#setAside(observation, observation.title);
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
    const { commit, code } = observation;
    if (observation.without !== undefined) {
      if (this.revert) this.revert.built = true;
      return;
    }
    attempt?.built.add(commit);
    if (!this.#codes.has(commit) || code !== undefined) this.#codes.set(commit, code);
    this.evidence?.addBuild(this.history.placeOf(commit), code);
  }

  #booted(observation: Observation & { type: 'booted' }, attempt: Attempt | undefined): void {
    const { commit, without, purpose, value, cell = 0 } = observation;
    this.#triesOf(observation).passed++;
    if (purpose.stage === 'revert') this.revert?.[without === undefined ? 'bad' : 'reverted'].push(value);
    attempt?.values.get(commit)?.push(value);
    if (without !== undefined) return;
    if (this.#evidence) {
      const { evidence, cells } = this.#evidence;
      evidence.addBoot(this.history.placeOf(commit), cell, binOf(valueIn(cells, cell).bins, value));
    } else this.#bootedEnd(commit, cell, value);
  }

  #bootedEnd(commit: string, cell: number, value: Scalar): void {
    const { good, bad } = valueIn(this.endBoots, cell);
    if (commit === this.goodEnd) good.push(value);
    else if (commit === this.badEnd) bad.push(value);
    if (this.#ends.kind === 'more' && this.fewestEndBoots < this.#ends.boots) return;
    this.#ends = judgeEnds(this.endBoots, this.options.worse);
    if (this.#ends.kind === 'differ' || (this.#ends.kind === 'alike' && this.options.trustEnds))
      this.#freeze(this.#ends.cells);
  }

  #freeze(cells: readonly { bins: Bins }[]): void {
    const evidence = new Evidence(
      this.history,
      cells.map(({ bins }) => bins.count),
    );
    for (const end of [this.goodEnd, this.badEnd])
      evidence.addBuild(this.history.placeOf(end), this.#codes.get(end));
    for (const [cell, { bins }] of cells.entries()) {
      const { good, bad } = valueIn(this.endBoots, cell);
      for (const value of good) evidence.addBoot(0, cell, binOf(bins, value));
      for (const value of bad) evidence.addBoot(this.history.bad, cell, binOf(bins, value));
    }
    this.#evidence = { evidence, cells };
  }

  #bootFailed(observation: Observation & { type: 'boot-failed' }): void {
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

/** @throws RangeError if the search has no such cell */
function valueIn<Value>(byCell: readonly Value[], cell: number): Value {
  const value = byCell[cell];
  if (value === undefined) throw new RangeError(`the search has no cell ${cell}`);
  return value;
}
