import { logChoose } from '../distributions/distribution.ts';

/** A two-by-two table: how many of each side's trials show the event. */
export interface EventTable {
  base: { events: number; trials: number };
  candidate: { events: number; trials: number };
}

/** Result of Fisher's exact test. */
export interface FisherTest {
  /** Sum of the probabilities of all tables at most as likely as this one (as in R's fisher.test). */
  twoSided: number;
  /** P(the candidate has at most, at least this many events). */
  less: number;
  greater: number;
  /** The smallest two-sided p with these margins. */
  leastTwoSided: number;
}

/** R's relative tolerance for tables that are equally likely up to rounding. */
const equalLikelihood = 1 + 1e-7;

/** Fisher's exact test of equal event rates, by enumeration of the tables with the same margins. */
export function fisherTest({ base, candidate }: EventTable): FisherTest {
  const events = base.events + candidate.events;
  const trials = base.trials + candidate.trials;
  const fewest = Math.max(0, events - base.trials);
  const most = Math.min(events, candidate.trials);
  const logAll = logChoose(trials, events);
  const probability = (count: number) =>
    Math.exp(logChoose(candidate.trials, count) + logChoose(base.trials, events - count) - logAll);
  const observed = probability(candidate.events);
  let twoSided = 0;
  let less = 0;
  let greater = 0;
  for (let count = fewest; count <= most; count++) {
    const likely = probability(count);
    if (likely <= observed * equalLikelihood) twoSided += likely;
    if (count <= candidate.events) less += likely;
    if (count >= candidate.events) greater += likely;
  }
  const leastTwoSided = leastTable(probability(fewest), probability(most), fewest === most);
  return { twoSided: cap(twoSided), less: cap(less), greater: cap(greater), leastTwoSided };
}

function leastTable(low: number, high: number, single: boolean): number {
  if (single) return 1;
  const least = Math.min(low, high);
  return cap(Math.max(low, high) <= least * equalLikelihood ? low + high : least);
}

function cap(probability: number): number {
  return Math.min(1, probability);
}
