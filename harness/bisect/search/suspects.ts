import { type History, valueAt } from './history.ts';

/** A claim that can be tested: one of `culprits` brings a change that `bad` has and none of `good` has. */
export interface Suspicion {
  /** Places in the history. */
  bad: number;
  good: number[];
  culprits: number[];
  /** Posterior of the culprits together. */
  probability: number;
}

/**
 * The most suspect claim. A commit that can be tested is compared with its parents. Where a parent cannot be tested, what
 * lies behind it is compared in its place, and the claim covers all that lies between; a commit that cannot be tested is
 * covered by the next one that can.
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

/** For each commit the first one, in the order of the list, that contains it and can be tested; beyond the list if none. */
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

/** What comparing a commit with the nearest testable commits before it shows. */
export function claimOf(
  history: History,
  bad: number,
  masses: Float64Array,
  untestable: ReadonlySet<number>,
): Suspicion {
  const good = new Set<number>();
  const between = new Set([bad]);
  // A set hands out what is added while it is walked.
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
