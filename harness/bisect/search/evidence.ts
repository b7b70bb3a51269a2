import { logMarginal } from './dirichlet.ts';
import type { History } from './history.ts';
import { mutualInformation } from './information.ts';

/** What the boots of one build of object code gave; commits that compile to the same code share it. */
interface Pool {
  /** Commits with this code, in the order in which they were built. */
  commits: number[];
  /** Boots by bin. */
  counts: number[];
}

/** Candidates that no build tells apart yet: all of them make the same built commits bad. */
interface CandidateClass {
  size: number;
  /** For each pool whether it is bad if the first bad commit is in this class. */
  sides: Side[];
}

const good = 0;
const bad = 1;
/** Of commits with the same code only some would be bad: the class is impossible. */
const torn = 2;
type Judged = typeof good | typeof bad;
type Side = Judged | typeof torn;

/** Candidates that no build tells apart yet, as the boots so far see them. */
interface WeighedClass {
  /** P(the first bad commit is in this class). */
  weight: number;
  /** If it is: the probability of each bin for one more boot of a good and of a bad commit. */
  good: readonly number[];
  bad: readonly number[];
}

/** What the boots so far say about the first bad commit. */
export interface Posterior {
  /** P(first bad commit is this one), by place in the history. */
  masses: Float64Array;
  classes: readonly WeighedClass[];
}

/**
 * The boots of the built commits, and the posterior over the first bad commit that they imply. Every boot counts, those of
 * the ends too: the distributions before and after the change are unknown and integrated out (see `logMarginal`), so
 * ln w(class) = ln(size) + D(boots of commits it leaves good) + D(boots of commits it makes bad).
 */
export class Evidence {
  readonly #history: History;
  readonly #bins: number;
  readonly #pools: Pool[] = [];
  readonly #poolOf = new Map<number, Pool>();
  readonly #poolOfCode = new Map<string, Pool>();
  readonly #classOf: Int32Array;
  #classes: CandidateClass[] = [];
  #contradicted = false;
  #posterior: Posterior | undefined;

  constructor(history: History, bins: number) {
    this.#history = history;
    this.#bins = bins;
    this.#classOf = Int32Array.from(history.commits, ({ candidate }) => (candidate ? 0 : -1));
    this.#arrange();
  }

  /** Whether commits have the same code that cannot be alike if only one commit brought the change: several did. */
  get contradicted(): boolean {
    return this.#contradicted;
  }

  /**
   * Takes in a commit that was built, for the first time or anew.
   * @param code content key of image and modules; commits with equal keys share their boots
   */
  addBuild(commit: number, code: string | undefined): void {
    const known = code === undefined ? undefined : this.#poolOfCode.get(code);
    let pool = this.#poolOf.get(commit);
    if (pool === undefined) {
      pool = known ?? this.#newPool();
      pool.commits.push(commit);
      this.#poolOf.set(commit, pool);
      this.#split(commit);
    } else if (known !== undefined && known !== pool) this.#merge(known, pool);
    if (code !== undefined) this.#poolOfCode.set(code, known ?? pool);
    this.#arrange();
  }

  /** @throws RangeError when the commit was not built */
  addBoot(commit: number, bin: number): void {
    const pool = this.#poolOf.get(commit);
    if (pool === undefined) throw new RangeError(`commit ${commit} was booted before it was built`);
    pool.counts[bin]!++;
    this.#posterior = undefined;
  }

  isBuilt(commit: number): boolean {
    return this.#poolOf.has(commit);
  }

  /**
   * How many bits one more boot of a commit tells about the first bad commit: the mutual information of the bin of its value
   * and the class. A boot of a commit that is surely bad can tell something too, for the classes disagree on what bad
   * commits are like.
   */
  bitsPerBoot(commit: number): number {
    const shares = this.#badShares(commit);
    const hypotheses = this.posterior.classes.flatMap(({ weight, good, bad }, index) => [
      { weight: weight * (1 - shares[index]!), outcome: good },
      { weight: weight * shares[index]!, outcome: bad },
    ]);
    return mutualInformation(hypotheses);
  }

  /** One commit of each object code, with the number of boots that this code has had. */
  builds(): { commit: number; boots: number }[] {
    return this.#pools.map(({ commits, counts }) => ({
      commit: commits[0]!,
      boots: counts.reduce((sum, count) => sum + count, 0),
    }));
  }

  /** @throws RangeError when the evidence is contradicted: then there is none */
  get posterior(): Posterior {
    if (this.#contradicted) throw new RangeError('no single change fits what has the same code');
    this.#posterior ??= this.#compute();
    return this.#posterior;
  }

  /** The share of each class that makes a commit bad. */
  #badShares(commit: number): number[] {
    const pool = this.#poolOf.get(commit);
    if (pool !== undefined) {
      const place = this.#pools.indexOf(pool);
      return this.#classes.map(({ sides }) => (sides[place] === bad ? 1 : 0));
    }
    const within = this.#history.ancestorsOf(commit);
    const hits = new Array<number>(this.#classes.length).fill(0);
    for (const [place, index] of this.#classOf.entries()) if (index >= 0) hits[index]! += within[place]!;
    return hits.map((hit, index) => hit / this.#classes[index]!.size);
  }

  #newPool(): Pool {
    const pool = { commits: [], counts: new Array<number>(this.#bins).fill(0) };
    this.#pools.push(pool);
    return pool;
  }

  #merge(into: Pool, from: Pool): void {
    into.commits.push(...from.commits);
    for (const [bin, count] of from.counts.entries()) into.counts[bin]! += count;
    for (const commit of from.commits) this.#poolOf.set(commit, into);
    for (const [code, pool] of this.#poolOfCode) if (pool === from) this.#poolOfCode.set(code, into);
    this.#pools.splice(this.#pools.indexOf(from), 1);
  }

  /** Parts every class into the candidates that make a newly built commit bad and the others. */
  #split(commit: number): void {
    const within = this.#history.ancestorsOf(commit);
    const renumbered = new Map<number, number>();
    for (const [place, old] of this.#classOf.entries()) {
      if (old < 0) continue;
      const key = 2 * old + within[place]!;
      let fresh = renumbered.get(key);
      if (fresh === undefined) {
        fresh = renumbered.size;
        renumbered.set(key, fresh);
      }
      this.#classOf[place] = fresh;
    }
  }

  /** Sizes and sides of the classes, anew. */
  #arrange(): void {
    const classes: CandidateClass[] = [];
    for (const [place, index] of this.#classOf.entries()) {
      if (index < 0) continue;
      const known = classes[index];
      if (known) known.size++;
      else classes[index] = { size: 1, sides: this.#pools.map(pool => this.#sideOf(pool, place)) };
    }
    this.#contradicted = classes.every(({ sides }) => sides.includes(torn));
    this.#classes = classes;
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
    const classes = fits.map(({ logWeight, counts }) => ({
      weight: Math.exp(logWeight - highest) / sum,
      good: predictive(counts[good]),
      bad: predictive(counts[bad]),
    }));
    const masses = new Float64Array(this.#classOf.length);
    const shares = classes.map(({ weight }, index) => weight / this.#classes[index]!.size);
    for (let place = 0; place < masses.length; place++) masses[place] = shares[this.#classOf[place]!] ?? 0;
    return { masses, classes };
  }

  #fit({ size, sides }: CandidateClass): { logWeight: number; counts: Record<Judged, number[]> } {
    const counts = {
      [good]: new Array<number>(this.#bins).fill(0),
      [bad]: new Array<number>(this.#bins).fill(0),
    };
    let possible = true;
    for (const [index, side] of sides.entries()) {
      if (side === torn) possible = false;
      else for (const [bin, count] of this.#pools[index]!.counts.entries()) counts[side][bin]! += count;
    }
    const fit = Math.log(size) + logMarginal(counts[good]) + logMarginal(counts[bad]);
    return { logWeight: possible ? fit : Number.NEGATIVE_INFINITY, counts };
  }
}

/** The probability of each bin for the next boot under Jeffreys' prior: (count + ½) / (boots + K/2). */
export function predictive(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + counts.length / 2;
  return counts.map(count => (count + 0.5) / total);
}
