import { UsageError } from '../errors.ts';
import { type Comparison, compareMetric } from './comparison.ts';
import { findDrift, type Hypothesis, type JudgedCell, judgeCell, type SampleValues } from './judged-cell.ts';
import type { MetricDefinition } from './metric.ts';
import type { RandomSource } from './random-source.ts';
import { makeSample } from './sample.ts';
import type { FormatValue } from './sentence.ts';
import { isDecided, type Look, planLooks } from './sequential.ts';
import type { MaybeScalar } from './value.ts';
import { type Correction, judge, judgeAdjusted, type Verdict } from './verdict.ts';
import { westfallYoung } from './westfall-young.ts';

/** What was measured of one cell (or of one pair of cells that are compared). */
export interface CellSamples {
  cell: string;
  /** By metric name; a metric that is absent was not measured. */
  metrics: Readonly<Record<string, SampleValues>>;
}

/** A table of samples and how it is to be judged. */
export interface AnalysisRequest {
  definitions: readonly MetricDefinition[];
  cells: readonly CellSamples[];
  /** Every cell of the declared matrix; those without samples count in the family. */
  declaredCells?: readonly string[];
  /** Level of the whole family; 0.05 unless told. */
  alpha?: number;
  /** `holm` for a gate (the default), `bh` for a report. */
  method?: Correction;
  /** Level of the intervals; 0.95 unless told. */
  confidence?: number;
  /** Trials per side of the declared looks, replayed in order; absent when the number of trials was fixed. */
  looks?: readonly number[];
  /** Adjust the headlines of a cell for each other by Westfall and Young, and cells by Bonferroni; needs `random`. */
  withinCell?: 'westfall-young';
  random?: RandomSource;
  format?: FormatValue;
}

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

const noValues: SampleValues = { base: [], candidate: [] };

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
      ...{ cell: samples.cell, alpha, method, correction, looks, dependents, format: request.format },
      compare: (definition, look) => compareUpTo(definition, valuesOf(samples, definition), look, request),
    }),
  );
  findDrift(cells, hypotheses);
  return { alpha, method, declared: hypotheses.length, cells, ...summariseVerdicts(cells) };
}

/** The declared family with its defaults filled in. */
interface Family {
  request: AnalysisRequest;
  alpha: number;
  method: Correction;
  table: CellSamples[];
  headlines: MetricDefinition[];
  looks: Look[];
  hypotheses: Hypothesis[];
}

function declareFamily(request: AnalysisRequest): Family {
  const alpha = request.alpha ?? 0.05;
  const table = declaredTable(request);
  const headlines = headlinesOf(request.definitions);
  const hypotheses = table.flatMap((samples, cell) =>
    headlines.map(definition => {
      const values = valuesOf(samples, definition);
      return { cell, definition, values, judgement: undefined, look: undefined };
    }),
  );
  const looks = request.looks ? planLooks(request.looks, alpha) : [];
  return { request, alpha, method: request.method ?? 'holm', table, headlines, looks, hypotheses };
}

/** The declared headlines; in a family without one, its first metric takes the part. */
function headlinesOf(definitions: readonly MetricDefinition[]): MetricDefinition[] {
  const led = new Set(definitions.filter(({ headline }) => headline).map(({ family }) => family));
  const headlines: MetricDefinition[] = [];
  for (const definition of definitions) {
    if (!definition.headline && led.has(definition.family)) continue;
    led.add(definition.family);
    headlines.push({ ...definition, headline: true });
  }
  return headlines;
}

function correctionName({ request, method, hypotheses, table }: Family): string {
  if (request.withinCell)
    return `Westfall-Young within the cell, Bonferroni over ${table.length} declared cells`;
  const name = method === 'holm' ? 'Holm' : 'Benjamini-Hochberg';
  return `${name} over ${hypotheses.length} declared hypotheses`;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function summariseVerdicts(cells: readonly JudgedCell[]): Pick<Analysis, 'tally' | 'regressed'> {
  const tally = { REGRESSED: 0, IMPROVED: 0, UNCHANGED: 0, INCONCLUSIVE: 0, NOT_ENOUGH: 0 };
  let regressed = false;
  for (const { metrics } of cells) {
    for (const { definition, judgement } of metrics) {
      if (!definition.headline) continue;
      tally[judgement.verdict]++;
      if (definition.gated && judgement.verdict === 'REGRESSED') regressed = true;
    }
  }
  return { tally, regressed };
}

function declaredTable(request: AnalysisRequest): CellSamples[] {
  const measured = new Map(request.cells.map(samples => [samples.cell, samples]));
  const names = new Set([...(request.declaredCells ?? []), ...measured.keys()]);
  return [...names].map(cell => measured.get(cell) ?? { cell, metrics: {} });
}

function valuesOf(samples: CellSamples, definition: MetricDefinition): SampleValues {
  return Object.hasOwn(samples.metrics, definition.name) ? samples.metrics[definition.name]! : noValues;
}

/** Judges what is still open and has trials that the look before did not have. */
function takeLook(hypotheses: Hypothesis[], look: Look | undefined, before: number, family: Family): void {
  const open = hypotheses.filter(hypothesis => {
    if (hypothesis.judgement === undefined) return true;
    return !isDecided(hypothesis.judgement) && trialsOf(hypothesis.values) > before;
  });
  const comparisons = open.map(({ definition, values }) =>
    compareUpTo(definition, values, look, family.request),
  );
  const options = {
    declared: hypotheses.length,
    method: family.method,
    alpha: family.alpha,
    spend: look?.spend ?? family.alpha,
  };
  const judgements =
    family.request.withinCell === undefined
      ? judge(comparisons, options)
      : judgeAdjusted(comparisons, adjustWithinCells(open, look, family), options);
  for (const [index, hypothesis] of open.entries()) {
    hypothesis.judgement = judgements[index]!;
    hypothesis.look = look;
  }
}

function trialsOf(values: SampleValues): number {
  return Math.min(values.base.length, values.candidate.length);
}

function upTo(values: readonly MaybeScalar[], look: Look | undefined): readonly MaybeScalar[] {
  return look === undefined || values.length <= look.trials ? values : values.slice(0, look.trials);
}

function compareUpTo(
  definition: MetricDefinition,
  values: SampleValues,
  look: Look | undefined,
  request: AnalysisRequest,
): Comparison {
  return compareMetric({
    class: definition.class,
    worse: definition.worse,
    gate: definition.gate,
    base: makeSample(upTo(values.base, look), `${definition.name}, base`),
    candidate: makeSample(upTo(values.candidate, look), `${definition.name}, candidate`),
    ...(request.confidence === undefined ? {} : { confidence: request.confidence }),
    ...(request.random === undefined ? {} : { random: request.random }),
  });
}

/** Westfall and Young inside each cell, Bonferroni over the declared cells: strong control, whatever the dependence. */
function adjustWithinCells(
  open: readonly Hypothesis[],
  look: Look | undefined,
  { request, table }: Family,
): number[] {
  if (request.random === undefined) {
    throw new UsageError('RANDOM_MISSING', 'the Westfall-Young correction needs a seeded random source');
  }
  const adjusted = new Map<Hypothesis, number>();
  for (const group of groupBy(open, ({ cell }) => cell).values()) {
    const values = group.map(({ values: { base, candidate } }) => ({
      base: upTo(base, look),
      candidate: upTo(candidate, look),
    }));
    const within = westfallYoung(values, request.random);
    for (const [position, hypothesis] of group.entries()) {
      adjusted.set(hypothesis, Math.min(1, within[position]! * table.length));
    }
  }
  return open.map(hypothesis => adjusted.get(hypothesis)!);
}
