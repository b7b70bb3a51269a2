import { type Correction, correctionNames } from '../corrections/correction.ts';
import { failedTrials, measuredValues, rankFailedWorst } from '../samples/failed-trial.ts';
import { groupBy } from '../samples/group.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import type { RandomSource } from '../samples/random-source.ts';
import { makeSample } from '../samples/sample.ts';
import {
  type AnalysisRequest,
  defaultAlpha,
  defaultConfidence,
  type SampleTable,
  type SampleValues,
} from './analysis-request.ts';
import { compareMetric, type MetricComparison } from './comparison.ts';
import { confidenceAt, type Look, planLooks, valuesAt } from './looks.ts';

/** The subject of a verdict: one metric of one cell, which may or may not differ. */
export interface Hypothesis {
  /** Index into the table of the family. */
  cell: number;
  definition: MetricDefinition;
  /** All trials. A look may use only some of them. */
  values: SampleValues;
}

/** Everything declared before any data is seen, with the defaults of the request filled in. */
export interface Family {
  alpha: number;
  method: Correction;
  /** Level of the intervals of the last look. */
  confidence: number;
  random: RandomSource | undefined;
  /** Empty if the number of trials was fixed. */
  looks: Look[];
  /** Every declared cell; those without samples are empty. */
  table: SampleTable[];
  /** One hypothesis for each headline of each cell, ordered by cell. */
  hypotheses: Hypothesis[];
  /** For each cell, the metrics that are not headlines, by their family. */
  secondaryMetrics: readonly ReadonlyMap<string, readonly MetricDefinition[]>[];
}

/**
 * Declares the family: every headline of every declared cell, with or without data.
 * @throws UsageError LOOKS_INVALID
 */
export function declareFamily(request: AnalysisRequest): Family {
  const alpha = request.alpha ?? defaultAlpha;
  const table = declaredTable(request);
  const ranked = new Map<readonly MetricDefinition[], RankedMetrics>();
  const cells = table.map(samples => {
    const definitions = samples.definitions ?? request.definitions;
    const ranks = ranked.get(definitions) ?? rankMetrics(definitions);
    ranked.set(definitions, ranks);
    return { samples, ...ranks };
  });
  return {
    alpha,
    method: request.method ?? 'holm',
    confidence: request.confidence ?? defaultConfidence,
    random: request.random,
    looks: request.looks ? planLooks(request.looks, alpha) : [],
    table,
    hypotheses: cells.flatMap(({ samples, headlines }, cell) =>
      headlines.map(definition => ({ cell, definition, values: valuesOf(samples, definition) })),
    ),
    secondaryMetrics: cells.map(({ secondary }) => secondary),
  };
}

/** The headlines of a list of definitions, and the others by family. */
interface RankedMetrics {
  headlines: MetricDefinition[];
  secondary: Map<string, MetricDefinition[]>;
}

function rankMetrics(definitions: readonly MetricDefinition[]): RankedMetrics {
  const headlines = headlinesOf(definitions);
  const names = new Set(headlines.map(({ name }) => name));
  const others = definitions.filter(({ name }) => !names.has(name));
  return { headlines, secondary: groupBy(others, definition => definition.family) };
}

function declaredTable(request: AnalysisRequest): SampleTable[] {
  const measured = new Map(request.cells.map(samples => [samples.cell, samples]));
  const names = new Set([...(request.declaredCells ?? []), ...measured.keys()]);
  return [...names].map(cell => measured.get(cell) ?? { cell, metrics: {} });
}

/** The declared headlines. In a family of metrics without one, its first metric is the headline. */
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

/** Both sides of a metric in a cell; empty if it was not measured. */
export function valuesOf({ metrics }: SampleTable, { name }: MetricDefinition): SampleValues {
  return (Object.hasOwn(metrics, name) ? metrics[name] : undefined) ?? { base: [], candidate: [] };
}

/**
 * Compares both sides of a hypothesis with the trials of one look.
 * @throws UsageError VALUE_INVALID naming the metric, the cell and the side
 */
export function compareAt(
  { cell, definition, values }: Hypothesis,
  look: Look | undefined,
  { table, alpha, confidence, random }: Family,
): MetricComparison {
  const own = valuesAt(values, look);
  const ranked = rankFailedWorst(own, definition);
  const place = `${definition.name} of ${table[cell]?.cell}`;
  const failed = { base: failedTrials(own.base), candidate: failedTrials(own.candidate) };
  return compareMetric({
    class: definition.class,
    worse: definition.worse,
    gate: definition.gate,
    base: makeSample(measuredValues(own.base), `${place}, base`),
    candidate: makeSample(measuredValues(own.candidate), `${place}, candidate`),
    failed:
      failed.base + failed.candidate > 0
        ? { ...failed, ranked: { base: makeSample(ranked.base), candidate: makeSample(ranked.candidate) } }
        : undefined,
    confidence: confidenceAt(look, confidence),
    alpha,
    random,
  });
}

/** The correction of the family, for display. */
export function correctionName({ method, hypotheses, table }: Family): string {
  if (method === 'westfall-young')
    return `${correctionNames[method]} within the cell, Bonferroni over ${table.length} declared cell${table.length === 1 ? '' : 's'}`;
  return `${correctionNames[method]} over ${hypotheses.length} declared hypothes${hypotheses.length === 1 ? 'is' : 'es'}`;
}
