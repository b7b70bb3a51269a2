/** A commit of the searched history. */
export interface HistoryCommit {
  /** The full hash; any unique text in tests. */
  id: string;
  /** Indices of its parents, with which it must be compared to be called the first bad commit. */
  parents: readonly number[];
  /**
   * Whether it may be the first bad commit. The good end, parents that are its ancestors, and commits outside the paths to
   * which the search is limited are not candidates.
   */
  candidate: boolean;
}

/**
 * The graph of the commits between a good and a bad end. As in `git bisect`, a commit is bad if and only if the first bad
 * commit is among its ancestors, itself included. The list is in topological order: parents before children, the good end
 * first, the bad end last.
 */
export class History {
  readonly commits: readonly HistoryCommit[];
  /** Commits that may be the first bad one. */
  readonly candidates: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #ancestors = new Map<number, Uint8Array>();

  /** @throws RangeError if the list is not in topological order or has the wrong ends */
  constructor(commits: readonly HistoryCommit[]) {
    this.commits = commits;
    this.#places = new Map(commits.map(({ id }, place) => [id, place]));
    this.candidates = commits.filter(({ candidate }) => candidate).length;
    const fault = faultOf(commits, this.#places.size);
    if (fault !== undefined) throw new RangeError(`history: ${fault}`);
  }

  get bad(): number {
    return this.commits.length - 1;
  }

  /** @throws RangeError if no commit has this index */
  commitAt(place: number): HistoryCommit {
    const commit = this.commits[place];
    if (commit === undefined) throw new RangeError(`history: there is no place ${place}`);
    return commit;
  }

  /**
   * The index of a commit.
   * @throws RangeError if it is not in the list
   */
  placeOf(id: string): number {
    const place = this.#places.get(id);
    if (place === undefined) throw new RangeError(`history: there is no commit ${id}`);
    return place;
  }

  /** One byte per commit: 1 for the ancestors of a commit, itself included. */
  ancestorsOf(place: number): Uint8Array {
    let found = this.#ancestors.get(place);
    if (found === undefined) {
      found = this.#reach(place);
      this.#ancestors.set(place, found);
    }
    return found;
  }

  /** For each commit the sum of `masses` over its ancestors, itself included: the probability that it is bad. */
  accumulate(masses: Float64Array): Float64Array {
    const sums = new Float64Array(masses.length);
    for (const [place, mass] of masses.entries()) {
      const [parent, another] = this.commitAt(place).parents;
      if (another !== undefined) sums[place] = sumOver(masses, this.ancestorsOf(place));
      else sums[place] = parent === undefined ? mass : mass + valueAt(sums, parent);
    }
    return sums;
  }

  /** A commit and everything that is reachable from it through parents. */
  #reach(from: number): Uint8Array {
    const reached = new Uint8Array(this.commits.length);
    reached[from] = 1;
    for (let place = from; place >= 0; place--) {
      if (reached[place] === 1) for (const parent of this.commitAt(place).parents) reached[parent] = 1;
    }
    return reached;
  }
}

/**
 * The element of an array for the commit at an index.
 * @throws RangeError if no commit has this index
 */
export function valueAt(values: Float64Array | Int32Array, place: number): number {
  const value = values[place];
  if (value === undefined) throw new RangeError(`history: there is no place ${place}`);
  return value;
}

function sumOver(masses: Float64Array, chosen: Uint8Array): number {
  return masses.reduce((sum, mass, place) => (chosen[place] === 1 ? sum + mass : sum), 0);
}

function faultOf(commits: readonly HistoryCommit[], distinct: number): string | undefined {
  const [goodEnd] = commits;
  if (goodEnd === undefined || commits.length < 2) return 'it has no two ends';
  if (distinct < commits.length) return 'a commit occurs twice';
  if (goodEnd.candidate) return 'the good end cannot be the first bad commit';
  if (!commits.some(({ candidate }) => candidate)) return 'it has no candidate';
  for (const [place, { id, parents, candidate }] of commits.entries()) {
    if (candidate && parents.length === 0) return `${id} has no parent`;
    if (parents.some(parent => !(Number.isInteger(parent) && parent >= 0 && parent < place)))
      return `a parent of ${id} does not stand before it`;
  }
  return undefined;
}
