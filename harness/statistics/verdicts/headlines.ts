/**
 * The verdicts on the declared hypotheses of a family, look by look.
 * @module
 */
import { UsageError } from '../../errors.ts';
import { adjustAlike } from '../corrections/adjust-alike.ts';
import { westfallYoung } from '../corrections/westfall-young.ts';
import { rankFailedWorst } from '../samples/failed-trial.ts';
import { groupBy, pairUp } from '../samples/group.ts';
import type { MetricComparison } from './comparison.ts';
import { compareAt, type Family, type Hypothesis } from './family.ts';
import { type Look, trialsPerSide, valuesAt } from './looks.ts';
import { isDecided, type MetricVerdict } from './metric-verdict.ts';
import { type AdjustedComparison, judge, judgeAdjusted, levelP } from './verdict.ts';

/** A hypothesis with its verdict, and the look that decided it. */
export interface JudgedHypothesis {
  hypothesis: Hypothesis;
  result: MetricVerdict;
  look: Look | undefined;
}

/**
 * Judges the headlines of a family, look by look. A decision at a look is final, so the report of a finished run shows the
 * same verdicts that steered the run.
 * @throws UsageError VALUE_INVALID, RANDOM_MISSING
 */
export function judgeHeadlines(family: Family): JudgedHypothesis[] {
  const { looks, hypotheses } = family;
  const judged = new Map<Hypothesis, JudgedHypothesis>();
  for (const [index, look] of (looks.length > 0 ? looks : [undefined]).entries()) {
    const before = looks[index - 1]?.trials ?? 0;
    const open = hypotheses.filter(hypothesis => isOpen(hypothesis, judged.get(hypothesis), before));
    for (const one of judgeAt(look, open, family)) judged.set(one.hypothesis, one);
  }
  return [...judged.values()];
}

/** Whether a look can add something: it is the first, or the hypothesis is undecided and has more trials. */
function isOpen({ values }: Hypothesis, judged: JudgedHypothesis | undefined, before: number): boolean {
  return judged === undefined || (!isDecided(judged.result) && trialsPerSide(values) > before);
}

function judgeAt(look: Look | undefined, open: readonly Hypothesis[], family: Family): JudgedHypothesis[] {
  const compared = open.map(hypothesis => ({ hypothesis, comparison: compareAt(hypothesis, look, family) }));
  const { method, alpha, table, hypotheses } = family;
  const spend = look?.spend ?? alpha;
  const results =
    method === 'westfall-young'
      ? adjustWithinCells(compared, look, family).map(one =>
          judgeAdjusted(one, { alpha, spend, required: spend / table.length }),
        )
      : judge(
          compared.map(({ comparison }) => comparison),
          { alpha, spend, method, declared: hypotheses.length },
        );
  return pairUp(open, results).map(([hypothesis, result]) => ({ hypothesis, result, look }));
}

interface Compared {
  hypothesis: Hypothesis;
  comparison: MetricComparison;
}

/**
 * Westfall and Young inside each cell, Bonferroni over the declared cells: strong control under any dependence.
 * Decided metrics of a cell take part as well, because leaving them out would let earlier data choose the family.
 */
function adjustWithinCells(
  open: readonly Compared[],
  look: Look | undefined,
  { random, table, hypotheses, alpha }: Family,
): AdjustedComparison[] {
  if (random === undefined) {
    throw new UsageError('RANDOM_MISSING', 'the Westfall-Young correction needs a seeded random source');
  }
  const cells = new Set(open.map(({ hypothesis }) => hypothesis.cell));
  // The smallest possible p, 1 / permutations, must be well below the level that Bonferroni requires of a cell.
  const permutations = Math.max(9_999, Math.ceil((4 * table.length) / (look?.spend ?? alpha)));
  const within = new Map<Hypothesis, number>();
  for (const [cell, group] of groupBy(hypotheses, hypothesis => hypothesis.cell)) {
    // A single metric needs no adjustment: keep its exact p.
    if (!cells.has(cell) || group.length === 1) continue;
    const values = group.map(hypothesis =>
      rankFailedWorst(valuesAt(hypothesis.values, look), hypothesis.definition),
    );
    const adjusted = westfallYoung(values, random, permutations);
    for (const [position, hypothesis] of group.entries()) within.set(hypothesis, adjusted[position] ?? 1);
  }
  const overCells = (p: number) => Math.min(1, p * table.length);
  // Hypotheses are ordered by cell, so the groups are in the order of `open`.
  return [...groupBy(open, ({ hypothesis }) => hypothesis.cell).values()].flatMap(group => {
    const raw = group.map(({ comparison }) => comparison.test?.p ?? 1);
    // maxT uses rank sums. If Fisher's test decides, the adjusted p must not be below its p.
    const adjusted = group.map(({ hypothesis }, index) =>
      Math.max(within.get(hypothesis) ?? 0, raw[index] ?? 1),
    );
    const levels = adjustAlike(
      group.map(({ comparison }) => levelP(comparison)),
      raw,
      adjusted,
    );
    return group.map(({ comparison }, index) => ({
      comparison,
      adjusted: overCells(adjusted[index] ?? 1),
      adjustedLevel: overCells(levels[index] ?? 1),
    }));
  });
}
