import type { MetricDefinition } from '../samples/metric.ts';
import type { AnalysisRequest, Hypothesis, SampleTable, SampleValues } from './analysis-request.ts';
import { type Look, planLooks } from './sequential.ts';
import type { Correction } from './verdict.ts';

const noValues: SampleValues = { base: [], candidate: [] };

/** The declared family with its defaults filled in. */
export interface Family {
  request: AnalysisRequest;
  alpha: number;
  method: Correction;
  table: SampleTable[];
  headlines: MetricDefinition[];
  looks: Look[];
  hypotheses: Hypothesis[];
}

/**
 * Declares the family: every headline of every declared cell, before any data is looked at.
 * @throws UsageError LOOKS_INVALID
 */
export function declareFamily(request: AnalysisRequest): Family {
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

/** What adjusted p-values of the family went through, for people. */
export function correctionName({ method, hypotheses, table }: Family): string {
  if (method === 'westfall-young')
    return `Westfall-Young within the cell, Bonferroni over ${table.length} declared cell${table.length === 1 ? '' : 's'}`;
  const name = method === 'holm' ? 'Holm' : 'Benjamini-Hochberg';
  return `${name} over ${hypotheses.length} declared hypothes${hypotheses.length === 1 ? 'is' : 'es'}`;
}

function declaredTable(request: AnalysisRequest): SampleTable[] {
  const measured = new Map(request.cells.map(samples => [samples.cell, samples]));
  const names = new Set([...(request.declaredCells ?? []), ...measured.keys()]);
  return [...names].map(cell => measured.get(cell) ?? { cell, metrics: {} });
}

/** Both sides of a metric in a cell; empty when it was not measured. */
export function valuesOf(samples: SampleTable, definition: MetricDefinition): SampleValues {
  return Object.hasOwn(samples.metrics, definition.name) ? samples.metrics[definition.name]! : noValues;
}
