import type { MetricDefinition, StatisticalFinding } from '../samples/metric.ts';
import { driftFinding } from '../series/drift.ts';
import type { CellContext, Hypothesis, SampleValues } from './analysis-request.ts';
import { type JudgedDependent, judgeDependents } from './secondary-metrics.ts';
import { explainInSentence } from './sentence.ts';
import { type Look, wantsTrials } from './sequential.ts';
import type { MetricVerdict } from './verdict.ts';

/** A metric of a cell with its verdict. */
export interface JudgedMetric {
  cell: string;
  definition: MetricDefinition;
  result: MetricVerdict;
  /** Made when it is first read. */
  readonly sentence: string;
  /** What `adjusted` went through, for people. */
  correction: string;
  /** The look that decided, or the last so far; undefined when the number of trials was fixed. */
  look: Look | undefined;
}

/** A cell with its metrics: each headline, then the metrics of its family. */
export interface JudgedCell {
  cell: string;
  metrics: JudgedMetric[];
  findings: StatisticalFinding[];
  /** Trials per side that the next look of this cell needs; undefined when it is decided or all looks are used. */
  nextTrials: number | undefined;
}

/** Puts a cell together: headlines as judged, and under each the metrics of its family. */
export function judgeCell(headlines: readonly Hypothesis[], context: CellContext): JudgedCell {
  const metrics: JudgedMetric[] = [];
  const dependents = judgeDependents(headlines, context);
  for (const { definition, judgement, look } of headlines) {
    const { correction } = context;
    metrics.push(finish({ definition, result: judgement!, look, correction }, context));
    for (const dependent of dependents.get(definition.family) ?? []) metrics.push(finish(dependent, context));
    dependents.delete(definition.family);
  }
  return { cell: context.cell, metrics, findings: [], nextTrials: nextTrials(headlines, context.looks) };
}

function finish(judged: JudgedDependent, { cell, format }: CellContext): JudgedMetric {
  let sentence: string | undefined;
  return {
    cell,
    ...judged,
    // Of ten thousand metrics few are shown: the others need no words.
    get sentence() {
      sentence ??= explainInSentence(judged.result, judged.definition, format);
      return sentence;
    },
  };
}

/** Boots go to gated headlines that are open; where nothing is gated, to any open headline. */
function nextTrials(headlines: readonly Hypothesis[], looks: readonly Look[]): number | undefined {
  const gated = headlines.filter(({ definition }) => definition.gated);
  const asking = (gated.length > 0 ? gated : headlines).filter(({ judgement }) => wantsTrials(judgement!));
  if (asking.length === 0) return undefined;
  const fewest = Math.min(...asking.map(({ values }) => trialsOf(values)));
  return looks.find(({ trials }) => trials > fewest)?.trials;
}

/** Trials per side, those without a value included. */
export function trialsOf(values: SampleValues): number {
  return Math.min(values.base.length, values.candidate.length);
}

/** Fewest trials per side for which a comparison of halves can say anything. */
const leastForDrift = 8;

/** Warns of trends inside a side, at 5 % over all the checks that are made. */
export function findDrift(cells: readonly JudgedCell[], headlines: readonly Hypothesis[]): void {
  const checks = headlines.flatMap(({ cell, definition, values }) =>
    (['base', 'candidate'] as const).map(side => ({ cell, definition, side, values: values[side] })),
  );
  const useful = checks.filter(
    ({ values, definition }) => values.length >= leastForDrift && definition.class !== 'deterministic',
  );
  for (const { cell, definition, side, values } of useful) {
    const finding = driftFinding(`${definition.name}, ${side}`, values, 0.05 / useful.length);
    if (finding) cells[cell]!.findings.push(finding);
  }
}
