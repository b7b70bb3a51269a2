/**
 * From a table of samples to its verdicts. Start reading here. The family is declared (`family.ts`), its headlines are
 * judged look by look (`headlines.ts`), then the secondary metrics of each cell (`secondary-metrics.ts`).
 * @module
 */
import { measuredValues } from '../samples/failed-trial.ts';
import { groupBy } from '../samples/group.ts';
import type { StatisticalFinding } from '../samples/metric.ts';
import { driftFinding } from '../series/drift.ts';
import type { AnalysisRequest } from './analysis-request.ts';
import { correctionName, declareFamily, type Hypothesis } from './family.ts';
import { type JudgedHypothesis, judgeHeadlines } from './headlines.ts';
import { type Look, trialsPerSide } from './looks.ts';
import { type Analysis, type JudgedCell, type JudgedMetric, wantsTrials } from './metric-verdict.ts';
import { type JudgedSecondary, judgeSecondaryMetrics } from './secondary-metrics.ts';
import { explainInSentence } from './sentence.ts';

/**
 * Judges a table of samples. The family is every headline of every declared cell; secondary metrics are tested only
 * once their headline is proved, so they can add detail but never raise an alarm.
 * @throws UsageError VALUE_INVALID (NaN, infinite), LOOKS_INVALID, RANDOM_MISSING
 */
export function analyse(request: AnalysisRequest): Analysis {
  const family = declareFamily(request);
  const headlines = groupBy(judgeHeadlines(family), ({ hypothesis }) => hypothesis.cell);
  const drift = findDrift(family.hypotheses);
  const correction = correctionName(family);
  const cells = family.table.map(({ cell }, index): JudgedCell => {
    const own = headlines.get(index) ?? [];
    const secondary = judgeSecondaryMetrics(own, family, request.detail ?? 'all');
    const metrics = inReportOrder(own, secondary, correction);
    return {
      cell,
      metrics: metrics.map(judged => toJudgedMetric(judged, cell, request)),
      findings: drift.get(index) ?? [],
      nextTrials: nextTrials(own, family.looks),
    };
  });
  const { alpha, method, hypotheses } = family;
  return {
    alpha,
    method,
    declared: hypotheses.length,
    cells,
    ...summariseVerdicts(cells.flatMap(({ metrics }) => metrics)),
  };
}

/** The headlines, with the secondary metrics of a family after its first headline. */
function inReportOrder(
  headlines: readonly JudgedHypothesis[],
  secondary: ReadonlyMap<string, readonly JudgedSecondary[]>,
  correction: string,
): JudgedSecondary[] {
  const shown = new Set<string>();
  return headlines.flatMap(headline => {
    const { family } = headline.hypothesis.definition;
    const behind = shown.has(family) ? [] : (secondary.get(family) ?? []);
    shown.add(family);
    return [{ ...headline, correction }, ...behind];
  });
}

function toJudgedMetric(
  { hypothesis, result, correction, look }: JudgedSecondary,
  cell: string,
  { format }: AnalysisRequest,
): JudgedMetric {
  const { definition } = hypothesis;
  let sentence: string | undefined;
  return {
    cell,
    definition,
    result,
    correction,
    look,
    // Only a few of ten thousand metrics are shown: create the sentence on demand.
    get sentence() {
      sentence ??= explainInSentence(result, definition, format);
      return sentence;
    },
  };
}

/** Gated headlines that are open get more boots; if nothing is gated, any open headline does. */
function nextTrials(headlines: readonly JudgedHypothesis[], looks: readonly Look[]): number | undefined {
  const gated = headlines.filter(({ hypothesis }) => hypothesis.definition.gated);
  const asking = (gated.length > 0 ? gated : headlines).filter(({ result }) => wantsTrials(result));
  if (asking.length === 0) return undefined;
  const fewest = Math.min(...asking.map(({ hypothesis }) => trialsPerSide(hypothesis.values)));
  return looks.find(({ trials }) => trials > fewest)?.trials;
}

/** The number of headlines with each verdict, and whether a gated one is REGRESSED. */
export function summariseVerdicts(metrics: readonly JudgedMetric[]): Pick<Analysis, 'tally' | 'regressed'> {
  const tally = { REGRESSED: 0, IMPROVED: 0, UNCHANGED: 0, INCONCLUSIVE: 0, NOT_ENOUGH: 0 };
  let regressed = false;
  for (const { definition, result } of metrics) {
    if (!definition.headline) continue;
    tally[result.verdict]++;
    if (definition.gated && result.verdict === 'REGRESSED') regressed = true;
  }
  return { tally, regressed };
}

/** Minimum number of trials per side for a comparison of halves. */
const fewestForDrift = 8;

/** Warnings about trends within a side, by cell, at 5 % over all checks. */
function findDrift(hypotheses: readonly Hypothesis[]): Map<number, StatisticalFinding[]> {
  const checks = hypotheses
    .filter(({ definition }) => definition.class !== 'deterministic')
    .flatMap(({ cell, definition, values }) => [
      { cell, side: `${definition.name}, base`, values: measuredValues(values.base) },
      { cell, side: `${definition.name}, candidate`, values: measuredValues(values.candidate) },
    ])
    .filter(({ values }) => values.length >= fewestForDrift);
  const found = new Map<number, StatisticalFinding[]>();
  for (const { cell, side, values } of checks) {
    const finding = driftFinding(side, values, checks.length);
    if (finding) found.set(cell, [...(found.get(cell) ?? []), finding]);
  }
  return found;
}
