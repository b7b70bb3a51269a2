import { type History, valueAt } from './history.ts';

/** A testable claim: one of `culprits` introduces a change that `bad` has and none of `good` has. */
export interface Suspicion {
  /** Indices in the history. */
  bad: number;
  good: number[];
  culprits: number[];
  /** Total posterior of the culprits. */
  probability: number;
}

/**
 * The most suspect claim. A testable commit is compared with its parents. If a parent cannot be tested, its nearest testable
 * ancestors are compared instead, and the claim covers all commits in between; an untestable commit is covered by the next
 * testable one.
 */
export function mostSuspect(
  history: History,
  masses: Float64Array,
  untestable: ReadonlySet<number>,
): Suspicion | undefined {
  const witnesses = witnessesOf(history, untestable);
  const sums = new Float64Array(masses.length);
  for (const [place, mass] of masses.entries()) {
    const witness = valueAt(witnesses, place);
    if (witness < sums.length) sums[witness] = valueAt(sums, witness) + mass;
  }
  let best = 0;
  let most = 0;
  for (const [place, sum] of sums.entries()) {
    if (sum > most) [best, most] = [place, sum];
  }
  return most === 0 ? undefined : claimOf(history, best, masses, untestable);
}

/** For each commit, the first testable one in the list that contains it; an index beyond the list if there is none. */
function witnessesOf(history: History, untestable: ReadonlySet<number>): Int32Array {
  const witnesses = new Int32Array(history.commits.length).fill(history.commits.length);
  for (let place = history.bad; place >= 0; place--) {
    if (!untestable.has(place)) witnesses[place] = place;
    if (untestable.size === 0) continue;
    const witness = valueAt(witnesses, place);
    for (const parent of history.commitAt(place).parents) {
      if (witness < valueAt(witnesses, parent)) witnesses[parent] = witness;
    }
  }
  return witnesses;
}

/** The claim from comparing a commit with the nearest testable commits before it. */
export function claimOf(
  history: History,
  bad: number,
  masses: Float64Array,
  untestable: ReadonlySet<number>,
): Suspicion {
  const good = new Set<number>();
  const between = new Set([bad]);
  // Iterating over a set includes elements that are added meanwhile.
  for (const place of between) {
    for (const parent of history.commitAt(place).parents) {
      if (untestable.has(parent)) between.add(parent);
      else good.add(parent);
    }
  }
  const behind = [...good].map(place => history.ancestorsOf(place));
  const culprits = [...between].filter(
    place => history.commitAt(place).candidate && !behind.some(ancestors => ancestors[place] === 1),
  );
  return {
    bad,
    good: [...good].sort((a, b) => a - b),
    culprits: culprits.sort((a, b) => a - b),
    probability: culprits.reduce((sum, place) => sum + valueAt(masses, place), 0),
  };
}
