/** A commit as the search sees it. */
export interface HistoryCommit {
  /** Its hash in full; any text that is unique in tests. */
  id: string;
  /** Places in the list of the commits that it must be compared with to be called the first bad one: its parents. */
  parents: readonly number[];
  /**
   * Whether it may be the first bad commit. The good end is none, nor are parents that are ancestors of it, nor commits
   * outside the paths to which a search is limited.
   */
  candidate: boolean;
}

/**
 * The commits between a good and a bad end as a graph, as `git bisect` takes them: a commit is bad if and only if the
 * first bad one is among its ancestors, itself included. The list is in topological order: parents before children, the
 * good end first, the bad end last.
 */
export class History {
  readonly commits: readonly HistoryCommit[];
  /** Commits that may be the first bad one. */
  readonly candidates: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #ancestors = new Map<number, Uint8Array>();

  /** @throws RangeError when the list is in no topological order, or its ends are not what they must be */
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

  /** @throws RangeError when no commit has the place */
  commitAt(place: number): HistoryCommit {
    const commit = this.commits[place];
    if (commit === undefined) throw new RangeError(`history: there is no place ${place}`);
    return commit;
  }

  /**
   * The place of a commit.
   * @throws RangeError when it is not in the list
   */
  placeOf(id: string): number {
    const place = this.#places.get(id);
    if (place === undefined) throw new RangeError(`history: there is no commit ${id}`);
    return place;
  }

  /** One byte a commit: 1 for those whose change a commit contains, itself included. */
  ancestorsOf(place: number): Uint8Array {
    let found = this.#ancestors.get(place);
    if (found === undefined) {
      found = this.#reach(place);
      this.#ancestors.set(place, found);
    }
    return found;
  }

  /** For each commit the sum of `masses` over its ancestors, itself included: how likely it is bad. */
  accumulate(masses: Float64Array): Float64Array {
    const sums = new Float64Array(masses.length);
    for (const [place, mass] of masses.entries()) {
      const [parent, another] = this.commitAt(place).parents;
      if (another !== undefined) sums[place] = sumOver(masses, this.ancestorsOf(place));
      else sums[place] = parent === undefined ? mass : mass + valueAt(sums, parent);
    }
    return sums;
  }

  /** What is reached from a commit through parents, and itself. */
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
 * What an array by place holds for one commit.
 * @throws RangeError when no commit has the place
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
