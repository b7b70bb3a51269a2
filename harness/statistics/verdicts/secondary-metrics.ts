import { adjustAlike } from '../corrections/adjust-alike.ts';
import { holm } from '../corrections/holm.ts';
import { westfallYoung } from '../corrections/westfall-young.ts';
import { rankFailedWorst } from '../samples/failed-trial.ts';
import { groupBy, pairUp } from '../samples/group.ts';
import type { Detail } from './analysis-request.ts';
import type { MetricComparison } from './comparison.ts';
import { compareAt, type Family, type Hypothesis, valuesOf } from './family.ts';
import type { JudgedHypothesis } from './headlines.ts';
import { type Look, valuesAt } from './looks.ts';
import type { MetricVerdict } from './metric-verdict.ts';
import { judgeUnsized, levelP } from './verdict.ts';

/** A secondary metric with its verdict. */
export interface JudgedSecondary extends JudgedHypothesis {
  correction: string;
}

/** A secondary metric, compared at the look that decided its headline. */
interface Candidate {
  hypothesis: Hypothesis;
  headline: JudgedHypothesis;
  comparison: MetricComparison;
}

/** A p-value adjusted for the metrics tested with it, and the name of the adjustment. */
interface Adjustment {
  p: number | undefined;
  /** The p of the level, adjusted in the same way. */
  level: number;
  correction: string;
}

/** Relabellings inside a cell. The smallest p is 0.002, and each look spends about 0.01 of alpha. */
const permutations = 499;

/**
 * Judges the secondary metrics of one cell. The headline is the gatekeeper: until it is proved, a metric of its family
 * is a number without a claim. The metrics of proved headlines share their boots, so they are adjusted for each other by
 * Westfall and Young's maxT (Holm without a source of randomness), separately for each look.
 * @returns by family of metrics, in the order of their definitions
 */
export function judgeSecondaryMetrics(
  headlines: readonly JudgedHypothesis[],
  family: Family,
  detail: Detail,
): Map<string, JudgedSecondary[]> {
  const candidates = compareCandidates(headlines, family, detail);
  const tested = candidates.filter(
    ({ comparison, headline }) => comparison.test?.p !== undefined && isProved(headline.result),
  );
  const adjustments = new Map<Candidate, Adjustment>();
  for (const [look, group] of groupBy(tested, ({ headline }) => headline.look)) {
    for (const [candidate, adjustment] of pairUp(group, adjustTogether(group, look, family)))
      adjustments.set(candidate, adjustment);
  }
  const judged = candidates.map(candidate => {
    const { comparison } = candidate;
    const untested = {
      p: comparison.test?.p,
      level: levelP(comparison),
      correction: 'tested only below a proved headline',
    };
    return judgeCandidate(candidate, adjustments.get(candidate) ?? untested, family.alpha);
  });
  return groupBy(judged, ({ hypothesis }) => hypothesis.definition.family);
}

/** The first headline of a family of metrics is the gatekeeper of all its secondary metrics. */
function compareCandidates(
  headlines: readonly JudgedHypothesis[],
  family: Family,
  detail: Detail,
): Candidate[] {
  const gatekeepers = groupBy(headlines, ({ hypothesis }) => hypothesis.definition.family);
  return [...gatekeepers].flatMap(([name, [headline]]) => {
    if (headline === undefined || (detail === 'proved' && !isProved(headline.result))) return [];
    const { cell } = headline.hypothesis;
    const samples = family.table[cell];
    if (samples === undefined) return [];
    return (family.secondaryMetrics[cell]?.get(name) ?? []).map(definition => {
      const hypothesis = { cell, definition, values: valuesOf(samples, definition) };
      return { hypothesis, headline, comparison: compareAt(hypothesis, headline.look, family) };
    });
  });
}

/** Whether the headline's own hypothesis is rejected, however small the change. */
function isProved({ adjusted, alpha, changed }: MetricVerdict): boolean {
  return changed || (adjusted !== undefined && adjusted <= alpha);
}

function adjustTogether(
  group: readonly Candidate[],
  look: Look | undefined,
  { random }: Family,
): Adjustment[] {
  const raw = group.map(({ comparison }) => comparison.test?.p ?? 1);
  const values = group.map(({ hypothesis }) =>
    rankFailedWorst(valuesAt(hypothesis.values, look), hypothesis.definition),
  );
  const together =
    random === undefined || group.length === 1 ? holm(raw) : westfallYoung(values, random, permutations);
  // maxT uses rank sums. If Fisher's test decides, the adjusted p must not be below its p.
  const adjusted = raw.map((p, index) => Math.max(p, together[index] ?? 1));
  const levels = adjustAlike(
    group.map(({ comparison }) => levelP(comparison)),
    raw,
    adjusted,
  );
  const name = random === undefined ? 'Holm' : 'Westfall-Young';
  const correction =
    group.length === 1
      ? 'the only metric below a proved headline of the cell'
      : `${name} over the ${group.length} metrics below proved headlines of the cell`;
  return adjusted.map((p, index) => ({ p, level: levels[index] ?? 1, correction }));
}

function judgeCandidate(
  { hypothesis, headline, comparison }: Candidate,
  { p, level, correction }: Adjustment,
  alpha: number,
): JudgedSecondary {
  const { look } = headline;
  const spend = look?.spend ?? alpha;
  const own = judgeUnsized(
    { comparison, adjusted: p ?? 1, adjustedLevel: level },
    { alpha, spend, required: spend },
  );
  const gatekeeper = headline.result.adjusted ?? (headline.result.changed ? 0 : 1);
  const result: MetricVerdict = {
    ...own,
    adjusted: own.adjusted === undefined ? undefined : Math.max(own.adjusted, gatekeeper),
    needs: undefined,
  };
  if (!own.changed || headline.result.changed) return { hypothesis, result, correction, look };
  return { hypothesis, result: { ...result, ...closed }, correction, look };
}

/** The verdict on a claim whose headline is not proved. */
const closed = { verdict: 'INCONCLUSIVE', reason: 'headline-not-proved', changed: false } as const;
