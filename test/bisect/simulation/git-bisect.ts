import type { History } from '../../../harness/bisect/search/history.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { Threshold } from './threshold.ts';
import type { World } from './world.ts';

/** Judges one commit that is built; undefined when it cannot decide. */
type Judge = (view: Threshold, place: number) => boolean | undefined;

/** Halves the suspects as `git bisect` does, one verdict a step; commits that cannot be tested are passed over. */
export function playGitBisect(world: World, judgeWith: (view: Threshold) => Judge): Outcome {
  const view = new Threshold(world);
  const judge = judgeWith(view);
  const { history } = world;
  const suspects = Float64Array.from(history.commits, ({ candidate }) => (candidate ? 1 : 0));
  const skipped = new Set<number>();
  for (;;) {
    const middle = middleOf(history, suspects, skipped);
    if (middle === undefined) break;
    if (!view.build(middle)) {
      skipped.add(middle);
      continue;
    }
    const bad = judge(view, middle);
    if (bad === undefined) return outcomeOf(world, undefined, view.spent);
    const within = history.ancestorsOf(middle);
    for (let place = 0; place < suspects.length; place++) {
      if ((within[place] === 1) !== bad) suspects[place] = 0;
    }
  }
  const named = [...suspects.keys()].filter(place => suspects[place] === 1);
  return outcomeOf(world, named, view.spent);
}

/** The commit that parts the suspects most evenly; undefined when none parts them. */
function middleOf(
  history: History,
  suspects: Float64Array,
  skipped: ReadonlySet<number>,
): number | undefined {
  const counts = history.accumulate(suspects);
  const all = counts[history.bad]!;
  let best: number | undefined;
  let most = 0;
  for (let place = 1; place < counts.length; place++) {
    const worth = Math.min(counts[place]!, all - counts[place]!);
    if (worth <= most || skipped.has(place) || suspects[place] === 0) continue;
    most = worth;
    best = place;
  }
  return best;
}

/** So many boots, of which most decide. */
export function majorityOf(boots: number): (view: Threshold) => Judge {
  return () => (view, place) => {
    let bad = 0;
    for (let boot = 0; boot < boots; boot++) if (view.boot(place)) bad++;
    return bad * 2 > boots;
  };
}

const mostBootsOfStep = 40;

/**
 * Wald's sequential test at each step, with the rates of bad boots that the ends showed. All steps together may be wrong in
 * 5 %; a step that takes more than 40 boots ends the search undecided.
 */
export function sequentialTest(view: Threshold): Judge {
  const { good, bad, boots } = view.ends;
  const [low, high] = [good, bad].map(above => (above + 0.5) / (boots + 1)) as [number, number];
  const error = 0.05 / Math.ceil(Math.log2(view.world.history.candidates));
  const limit = Math.log((1 - error) / error);
  return (_, place) => {
    let sum = 0;
    for (let boot = 0; boot < mostBootsOfStep; boot++) {
      sum += view.boot(place) ? Math.log(high / low) : Math.log((1 - high) / (1 - low));
      if (Math.abs(sum) >= limit) return sum > 0;
    }
    return undefined;
  };
}
