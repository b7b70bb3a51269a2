import { UsageError } from '../../errors.ts';
import { westfallYoung } from '../corrections/westfall-young.ts';
import { groupBy } from '../samples/group.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import { makeSample } from '../samples/sample.ts';
import type { AnalysisRequest, Hypothesis, SampleValues } from './analysis-request.ts';
import { compareMetric, type MetricComparison } from './comparison.ts';
import { correctionName, declareFamily, type Family, valuesOf } from './family.ts';
import { findDrift, type JudgedCell, judgeCell, trialsOf } from './judged-cell.ts';
import { isDecided, type Look } from './sequential.ts';
import { type Correction, judge, judgeAdjusted, type Verdict } from './verdict.ts';

export type { AnalysisRequest, SampleTable } from './analysis-request.ts';

/** The whole judged table. */
export interface Analysis {
  alpha: number;
  method: Correction;
  /** Hypotheses in the declared family. */
  declared: number;
  cells: JudgedCell[];
  /** Verdicts of the headlines. */
  tally: Record<Verdict, number>;
  /** Whether a gated headline is REGRESSED: then, and only then, the run fails. */
  regressed: boolean;
}

/**
 * Judges a table of samples. The family is every headline of every declared cell; metrics under a headline are tested
 * only once it is proved, so they can add detail but never an alarm of their own.
 * @throws UsageError VALUE_INVALID (NaN, infinite), LOOKS_INVALID
 */
export function analyse(request: AnalysisRequest): Analysis {
  const family = declareFamily(request);
  const { alpha, method, table, looks, hypotheses } = family;
  for (const [index, look] of (looks.length > 0 ? looks : [undefined]).entries()) {
    takeLook(hypotheses, look, looks[index - 1]?.trials ?? 0, family);
  }
  const byCell = groupBy(hypotheses, ({ cell }) => cell);
  const dependents = groupBy(
    request.definitions.filter(({ name }) => !family.headlines.some(headline => headline.name === name)),
    definition => definition.family,
  );
  const correction = correctionName(family);
  const cells = table.map((samples, cell) =>
    judgeCell(byCell.get(cell) ?? [], {
      ...{ cell: samples.cell, alpha, correction, looks, dependents },
      ...{ format: request.format, random: request.random, detail: request.detail ?? 'all' },
      values: (definition, look) => valuesUpTo(valuesOf(samples, definition), look),
      compare: (definition, look) =>
        compareUpTo(definition, valuesOf(samples, definition), samples.cell, look, request),
    }),
  );
  findDrift(cells, hypotheses);
  return { alpha, method, declared: hypotheses.length, cells, ...summariseVerdicts(cells) };
}

function summariseVerdicts(cells: readonly JudgedCell[]): Pick<Analysis, 'tally' | 'regressed'> {
  const tally = { REGRESSED: 0, IMPROVED: 0, UNCHANGED: 0, INCONCLUSIVE: 0, NOT_ENOUGH: 0 };
  let regressed = false;
  for (const { metrics } of cells) {
    for (const { definition, result } of metrics) {
      if (!definition.headline) continue;
      tally[result.verdict]++;
      if (definition.gated && result.verdict === 'REGRESSED') regressed = true;
    }
  }
  return { tally, regressed };
}

/** Judges what is still open and has trials that the look before did not have. */
function takeLook(hypotheses: Hypothesis[], look: Look | undefined, before: number, family: Family): void {
  const open = hypotheses.filter(hypothesis => {
    if (hypothesis.judgement === undefined) return true;
    return !isDecided(hypothesis.judgement) && trialsOf(hypothesis.values) > before;
  });
  const comparisons = open.map(({ cell, definition, values }) =>
    compareUpTo(definition, values, family.table[cell]!.cell, look, family.request),
  );
  const { method, alpha } = family;
  const level = { alpha, spend: look?.spend ?? alpha };
  const judgements =
    method === 'westfall-young'
      ? judgeAdjusted(comparisons, adjustWithinCells(open, comparisons, look, family), {
          ...level,
          required: level.spend / family.table.length,
        })
      : judge(comparisons, { ...level, method, declared: hypotheses.length });
  for (const [index, hypothesis] of open.entries()) {
    hypothesis.judgement = judgements[index]!;
    hypothesis.look = look;
  }
}

function valuesUpTo({ base, candidate }: SampleValues, look: Look | undefined): SampleValues {
  return { base: base.slice(0, look?.trials), candidate: candidate.slice(0, look?.trials) };
}

function compareUpTo(
  definition: MetricDefinition,
  values: SampleValues,
  cell: string,
  look: Look | undefined,
  request: AnalysisRequest,
): MetricComparison {
  const { base, candidate } = valuesUpTo(values, look);
  return compareMetric({
    class: definition.class,
    worse: definition.worse,
    gate: definition.gate,
    base: makeSample(base, `${definition.name} of ${cell}, base`),
    candidate: makeSample(candidate, `${definition.name} of ${cell}, candidate`),
    ...(request.confidence === undefined ? {} : { confidence: request.confidence }),
    ...(request.random === undefined ? {} : { random: request.random }),
  });
}

/**
 * Westfall and Young inside each cell, Bonferroni over the declared cells: strong control, whatever the dependence. The
 * decided metrics of a cell take part as well, because leaving them out would let earlier data choose the family.
 */
function adjustWithinCells(
  open: readonly Hypothesis[],
  comparisons: readonly MetricComparison[],
  look: Look | undefined,
  { request, table, hypotheses, alpha }: Family,
): number[] {
  if (request.random === undefined) {
    throw new UsageError('RANDOM_MISSING', 'the Westfall-Young correction needs a seeded random source');
  }
  const cells = new Set(open.map(({ cell }) => cell));
  // The smallest p that can come out, one in so many, must lie well below what Bonferroni asks of a cell.
  const permutations = Math.max(9_999, Math.ceil((4 * table.length) / (look?.spend ?? alpha)));
  const within = new Map<Hypothesis, number>();
  for (const [cell, group] of groupBy(hypotheses, hypothesis => hypothesis.cell)) {
    // One metric has nothing to be adjusted for: its own exact p stands.
    if (!cells.has(cell) || group.length === 1) continue;
    const values = group.map(hypothesis => valuesUpTo(hypothesis.values, look));
    const adjusted = westfallYoung(values, request.random, permutations);
    for (const [position, hypothesis] of group.entries()) within.set(hypothesis, adjusted[position]!);
  }
  // maxT goes by rank sums; where Fisher decides, its own p is the least that may be claimed.
  return open.map((hypothesis, index) =>
    Math.min(1, Math.max(within.get(hypothesis) ?? 0, comparisons[index]!.test?.p ?? 0) * table.length),
  );
}
