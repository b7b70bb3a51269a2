import { logMarginal } from './dirichlet.ts';
import type { History } from './history.ts';
import { mutualInformation } from './information.ts';

/** The boots of one object code; commits that compile to the same code share it. */
interface Pool {
  /** Commits with this code, in the order in which they were built. */
  commits: [number, ...number[]];
  /** Boots by cell and bin. */
  counts: Counts;
}

/** Numbers of boots by cell and bin. */
type Counts = number[][];

/** Candidates that no build distinguishes yet: all of them make the same built commits bad. */
interface CandidateClass {
  members: Members;
  /** For each pool, whether it is bad if the first bad commit is in this class. */
  sides: ReadonlyMap<Pool, Side>;
}

/** Indices in the history, ascending. */
type Members = readonly [number, ...number[]];

const good = 0;
const bad = 1;
/** The class is impossible: only some of the commits with the same code would be bad. */
const torn = 2;
type Side = typeof good | typeof bad | typeof torn;

/** A class with what the boots so far imply. */
interface WeighedClass {
  candidates: CandidateClass;
  /** P(the first bad commit is in this class). */
  weight: number;
  /** If it is, the probability by cell of each bin for another boot of a good and of a bad commit. */
  good: readonly (readonly number[])[];
  bad: readonly (readonly number[])[];
}

/** The posterior over the first bad commit. */
export interface Posterior {
  /** P(first bad commit is this one), by index in the history. */
  masses: Float64Array;
  classes: readonly WeighedClass[];
}

/**
 * The boots of the built commits, and the posterior over the first bad commit that they imply. Every boot counts, including
 * those of the ends: the distributions before and after the change are unknown and integrated out (see `logMarginal`), so
 * ln w(class) = ln(size) + D(boots of commits it leaves good) + D(boots of commits it makes bad). Each cell has its own
 * distributions, so the two terms are sums over the cells.
 */
export class Evidence {
  readonly #history: History;
  readonly #bins: readonly number[];
  readonly #pools: Pool[] = [];
  readonly #poolOf = new Map<number, Pool>();
  readonly #poolOfCode = new Map<string, Pool>();
  /** In the order of their first members. */
  #classes: CandidateClass[] = [];
  #contradicted = false;
  #posterior: Posterior | undefined;

  /** @param bins the number of bins of each cell */
  constructor(history: History, bins: readonly number[]) {
    this.#history = history;
    this.#bins = bins;
    const [first, ...others] = history.commits.flatMap(({ candidate }, place) => (candidate ? [place] : []));
    this.#arrange(first === undefined ? [] : [[first, ...others]]);
  }

  /** Whether several commits must have introduced changes, since no single one is consistent with the shared object code. */
  get contradicted(): boolean {
    return this.#contradicted;
  }

  /**
   * Adds a commit that was built, for the first time or again.
   * @param code content key of image and modules; commits with equal keys share their boots
   */
  addBuild(commit: number, code: string | undefined): void {
    const known = code === undefined ? undefined : this.#poolOfCode.get(code);
    const own = this.#poolOf.get(commit);
    const pool = known ?? own ?? this.#newPool(commit);
    if (own === undefined) {
      if (known !== undefined) known.commits.push(commit);
      this.#poolOf.set(commit, pool);
    } else if (own !== pool) this.#merge(pool, own);
    if (code !== undefined) this.#poolOfCode.set(code, pool);
    this.#arrange(own === undefined ? this.#split(commit) : this.#classes.map(({ members }) => members));
  }

  /** @throws RangeError if the commit was not built, or if there is no such cell */
  addBoot(commit: number, cell: number, bin: number): void {
    const pool = this.#poolOf.get(commit);
    if (pool === undefined) throw new RangeError(`commit ${commit} was booted before it was built`);
    addCount(pool.counts, cell, bin, 1);
    this.#posterior = undefined;
  }

  isBuilt(commit: number): boolean {
    return this.#poolOf.has(commit);
  }

  /**
   * The information in bits that another boot of a commit in a cell gives about the first bad commit: the mutual information
   * of the bin of its value and the class. Even a boot of a certainly bad commit can be informative, because the classes
   * imply different distributions for bad commits.
   */
  bitsPerBoot(commit: number, cell: number): number {
    const hypotheses = this.posterior.classes.flatMap(({ candidates, weight, good, bad }) => {
      const share = this.#badShare(candidates, commit);
      return [
        { weight: weight * (1 - share), outcome: outcomeIn(good, cell) },
        { weight: weight * share, outcome: outcomeIn(bad, cell) },
      ];
    });
    return mutualInformation(hypotheses);
  }

  /** One commit per object code, with the number of boots of this code. */
  builds(): { commit: number; boots: number }[] {
    return this.#pools.map(({ commits, counts }) => ({
      commit: commits[0],
      boots: counts.flat().reduce((sum, count) => sum + count, 0),
    }));
  }

  /** @throws RangeError if the evidence is contradictory: then there is no posterior */
  get posterior(): Posterior {
    if (this.#contradicted) throw new RangeError('no single change fits what has the same code');
    this.#posterior ??= this.#compute();
    return this.#posterior;
  }

  /** The fraction of a class that makes a commit bad. */
  #badShare({ members, sides }: CandidateClass, commit: number): number {
    const pool = this.#poolOf.get(commit);
    if (pool !== undefined) return sides.get(pool) === bad ? 1 : 0;
    const within = this.#history.ancestorsOf(commit);
    return members.filter(place => within[place] === 1).length / members.length;
  }

  #newPool(commit: number): Pool {
    const pool: Pool = { commits: [commit], counts: this.#noCounts() };
    this.#pools.push(pool);
    return pool;
  }

  #noCounts(): Counts {
    return this.#bins.map(bins => new Array<number>(bins).fill(0));
  }

  #merge(into: Pool, from: Pool): void {
    into.commits.push(...from.commits);
    addCounts(into.counts, from.counts);
    for (const commit of from.commits) this.#poolOf.set(commit, into);
    for (const [code, pool] of this.#poolOfCode) if (pool === from) this.#poolOfCode.set(code, into);
    this.#pools.splice(this.#pools.indexOf(from), 1);
  }

  /** Splits every class into the candidates that make a newly built commit bad and the others. */
  #split(commit: number): Members[] {
    const within = this.#history.ancestorsOf(commit);
    const parted = this.#classes.flatMap(({ members: [first, ...others] }): Members[] => {
      const isAlike = (place: number) => within[place] === within[first];
      const [next, ...rest] = others.filter(place => !isAlike(place));
      const alike: Members = [first, ...others.filter(isAlike)];
      return next === undefined ? [alike] : [alike, [next, ...rest]];
    });
    return parted.sort(([one], [other]) => one - other);
  }

  /** The classes with the current sides of the pools. */
  #arrange(classes: readonly Members[]): void {
    this.#classes = classes.map(members => {
      const [first] = members;
      return { members, sides: new Map(this.#pools.map(pool => [pool, this.#sideOf(pool, first)])) };
    });
    this.#contradicted = this.#classes.every(({ sides }) => [...sides.values()].includes(torn));
    this.#posterior = undefined;
  }

  #sideOf({ commits }: Pool, candidate: number): Side {
    const hit = commits.filter(commit => this.#history.ancestorsOf(commit)[candidate] === 1).length;
    if (hit === 0) return good;
    return hit === commits.length ? bad : torn;
  }

  #compute(): Posterior {
    const fits = this.#classes.map(one => this.#fit(one));
    const highest = Math.max(...fits.map(({ logWeight }) => logWeight));
    const sum = fits.reduce((all, { logWeight }) => all + Math.exp(logWeight - highest), 0);
    const classes = fits.map(({ candidates, logWeight, counts }) => ({
      candidates,
      weight: Math.exp(logWeight - highest) / sum,
      good: counts[good].map(predictive),
      bad: counts[bad].map(predictive),
    }));
    const masses = new Float64Array(this.#history.commits.length);
    for (const { candidates, weight } of classes)
      for (const place of candidates.members) masses[place] = weight / candidates.members.length;
    return { masses, classes };
  }

  #fit(candidates: CandidateClass) {
    const { members, sides } = candidates;
    const counts = { [good]: this.#noCounts(), [bad]: this.#noCounts() };
    let possible = true;
    for (const [pool, side] of sides) {
      if (side === torn) possible = false;
      else addCounts(counts[side], pool.counts);
    }
    const fit = Math.log(members.length) + logMarginals(counts[good]) + logMarginals(counts[bad]);
    return { candidates, logWeight: possible ? fit : Number.NEGATIVE_INFINITY, counts };
  }
}

function addCounts(counts: Counts, more: Counts): void {
  for (const [cell, ofCell] of more.entries())
    for (const [bin, count] of ofCell.entries()) addCount(counts, cell, bin, count);
}

function addCount(counts: Counts, cell: number, bin: number, count: number): void {
  const ofCell = counts[cell];
  if (ofCell === undefined) throw new RangeError(`there is no cell ${cell}`);
  // biome-ignore lint/style/noNonNullAssertion: all count arrays have one entry per bin
  ofCell[bin]! += count;
}

function logMarginals(counts: Counts): number {
  return counts.reduce((sum, ofCell) => sum + logMarginal(ofCell), 0);
}

function outcomeIn(outcomes: readonly (readonly number[])[], cell: number): readonly number[] {
  const outcome = outcomes[cell];
  if (outcome === undefined) throw new RangeError(`there is no cell ${cell}`);
  return outcome;
}

/** The probability of each bin for the next boot under Jeffreys' prior: (count + ½) / (boots + K/2). */
export function predictive(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + counts.length / 2;
  return counts.map(count => (count + 0.5) / total);
}
