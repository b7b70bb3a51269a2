import type { MetricDefinition } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import { analyse } from './analysis.ts';
import { defaultAlpha } from './analysis-request.ts';
import type { Verdict } from './metric-verdict.ts';

/** A comparison that is planned: its metric, what the metric varied by so far, and how it will be judged. */
export interface PlannedComparison {
  definition: MetricDefinition;
  /** Values of earlier boots of the base; their spread is that of both sides. */
  values: readonly number[];
  /** Trials per side. */
  trials: number;
  /** Number of hypotheses of the family; at least 1. */
  declared: number;
  /** Trials per side at the declared looks; absent if the number of trials is fixed. */
  looks?: readonly number[] | undefined;
  random: RandomSource;
}

/**
 * The share of studies that must succeed for a power of 80 %. It is higher, because few earlier boots rarely include the extremes: with 24 boots and 0.8
 * the judge proved 74 % of the planned changes (720 runs, skewed values).
 */
const share = 0.85;
/** Simulated comparisons for one size of the change. Their share has a standard error of 3 % at the power that is sought. */
const studies = 160;
/** Relative changes that are searched. */
const least = 0.002;
const greatest = 20;
/** Halvings of the range, on a logarithmic scale; the result is then exact to 4 %. */
const halvings = 8;

/**
 * The smallest relative change for the worse that the judge will prove in four comparisons of five, if no other hypothesis of the
 * family changes. Simulated: both sides are drawn from the earlier values, with replacement, the candidate's are multiplied, and
 * `analyse` judges them with the test, the correction and the looks of the plan. All sizes share their draws.
 * @returns a fraction, 0.08 for 8 %; undefined if no change up to twentyfold is proved, as with too few trials or only zeros
 */
export function detectableChange(planned: PlannedComparison): number | undefined {
  const { values, random } = planned;
  if (values.length < 2 || values.every(value => value === 0)) return undefined;
  const draw = () => Array.from({ length: planned.trials }, () => drawn(values, random));
  const drawnStudies = Array.from({ length: studies }, () => ({ base: draw(), candidate: draw() }));
  const isSeen = (change: number) => powerOf(change, planned, drawnStudies) >= share;
  if (!isSeen(greatest)) return undefined;
  let [low, high] = [Math.log(least), Math.log(greatest)];
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (isSeen(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function drawn(values: readonly number[], random: RandomSource): number {
  return values[Math.min(values.length - 1, Math.floor(random.uniform() * values.length))] ?? 0;
}

interface Study {
  base: number[];
  candidate: number[];
}

/** The share of studies in which the judge proves the change. */
function powerOf(
  change: number,
  { definition, declared, looks }: PlannedComparison,
  drawnStudies: readonly Study[],
): number {
  const factor = definition.worse === 'lower' ? 1 / (1 + change) : 1 + change;
  // Holm's first step: the smallest p of a family in which nothing else changes.
  const alpha = defaultAlpha / declared;
  const proved: ReadonlySet<Verdict> = new Set(['REGRESSED', 'IMPROVED']);
  const seen = drawnStudies.filter(({ base, candidate }) => {
    const metrics = { [definition.name]: { base, candidate: candidate.map(value => value * factor) } };
    const { cells } = analyse({
      definitions: [definition],
      cells: [{ cell: 'planned', metrics }],
      alpha,
      looks,
    });
    const verdict = cells[0]?.metrics[0]?.result.verdict;
    return verdict !== undefined && proved.has(verdict);
  });
  return seen.length / drawnStudies.length;
}
