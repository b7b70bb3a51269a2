import type { CompareSetting, GateSetting } from '../matrix/matrix.ts';
import type { MetricDefinition, StatisticalFinding } from '../statistics/samples/metric.ts';
import type { RandomSource } from '../statistics/samples/random-source.ts';
import type { Scalar } from '../statistics/samples/value.ts';
import { analyse } from '../statistics/verdicts/analysis.ts';
import type {
  Correction,
  Detail,
  SampleTable,
  SampleValues,
} from '../statistics/verdicts/analysis-request.ts';
import { formatPlainly } from '../statistics/verdicts/format.ts';
import type { Analysis, JudgedMetric, Verdict } from '../statistics/verdicts/metric-verdict.ts';
import { formatBytes, formatDuration } from '../units.ts';
import { metricDefinitions } from './definition.ts';
import type { CellPair, Incompatibility, Unmatched } from './pairing.ts';
import type { Side } from './side.ts';

/** How pairs are judged. */
export interface JudgementRequest {
  base: Side;
  next: Side;
  pairs: readonly CellPair[];
  /** Level of the gate's family; 0.05 unless told. */
  alpha?: number;
  method?: Correction;
  /** Declared looks, when the run was sequential. */
  looks?: readonly number[];
  /** How many trials of a side count, by pair; all unless told. A sequential run stops pairs at different looks. */
  limits?: ReadonlyMap<string, number>;
  /** Instead of those of the sides. */
  gates?: Readonly<Record<string, GateSetting>>;
  /** Whether metrics under a headline are judged that is not proved; `all` unless told. */
  detail?: Detail;
  random: RandomSource;
}

/** A pair with its verdicts. */
export interface JudgedPair {
  pair: CellPair;
  /** Gated families first; in each the headline, then the metrics under it. */
  metrics: JudgedMetric[];
  findings: StatisticalFinding[];
  /** Trials per side that the next look needs; undefined when it is decided or all looks are used. */
  nextTrials: number | undefined;
}

/** All pairs of a comparison with their verdicts. */
export interface Judgement {
  alpha: number;
  method: Correction;
  /** Hypotheses of the gate's family, and of the other one, which cannot fail a run. */
  declared: { gated: number; other: number };
  pairs: JudgedPair[];
  /** Verdicts of all headlines. */
  tally: Record<Verdict, number>;
  /** Whether a gated metric is REGRESSED. */
  regressed: boolean;
  definitions: MetricDefinition[];
  emulated: boolean;
}

/** A judgement with what it is about, for reports. */
export interface RunComparison {
  base: Side;
  next: Side;
  /** The axis inside one run, or the one left out when cells of two runs were matched. */
  axis?: CompareSetting | { axis: string };
  judgement: Judgement;
  unmatched: Unmatched[];
  /** What differs and was forced. */
  incompatibilities: Incompatibility[];
}

/**
 * Judges pairs of cells. Gated families and the others are two families of hypotheses: what cannot fail the run does
 * not cost the gate any power. Both are corrected over all declared pairs, with or without data.
 */
export function judgePairs(request: JudgementRequest): Judgement {
  const { base, next, pairs } = request;
  const emulated = [base, next].some(side => side.facts?.['accelerator'] === 'tcg');
  const definitions = metricDefinitions({
    workloadMetrics: { ...base.workloadMetrics, ...next.workloadMetrics },
    gates: request.gates ?? { ...base.gates, ...next.gates },
    emulated,
    measured: new Set(pairs.flatMap(pair => [...pair.base.values.keys(), ...pair.candidate.values.keys()])),
  });
  const gatedFamilies = new Set(definitions.filter(({ gated }) => gated).map(({ family }) => family));
  const gated = judgeFamily(definitions, request, ({ family }) => gatedFamilies.has(family));
  const other = judgeFamily(definitions, request, ({ family }) => !gatedFamilies.has(family));
  return {
    alpha: gated.alpha,
    method: gated.method,
    declared: { gated: gated.declared, other: other.declared },
    pairs: pairs.map((pair, index) => joinPair(pair, gated, other, index)),
    tally: addTallies(gated.tally, other.tally),
    regressed: gated.regressed,
    definitions,
    emulated,
  };
}

function judgeFamily(
  definitions: readonly MetricDefinition[],
  request: JudgementRequest,
  belongs: (definition: MetricDefinition) => boolean,
): Analysis {
  const own = definitions.filter(belongs);
  return analyse({
    definitions: own,
    cells: request.pairs.map(pair => samplesOf(pair, own, request.limits?.get(pair.name))),
    ...(request.alpha !== undefined && { alpha: request.alpha }),
    ...(request.method && { method: request.method }),
    ...(request.looks && { looks: request.looks }),
    random: request.random,
    ...(request.detail && { detail: request.detail }),
    format: formatQuantity,
  });
}

function samplesOf(
  pair: CellPair,
  definitions: readonly MetricDefinition[],
  limit: number | undefined,
): SampleTable {
  const metrics: Record<string, SampleValues> = {};
  for (const { name } of definitions) {
    const base = pair.base.values.get(name) ?? [];
    const candidate = pair.candidate.values.get(name) ?? [];
    if (base.length === 0 && candidate.length === 0) continue;
    metrics[name] = { base: base.slice(0, limit), candidate: candidate.slice(0, limit) };
  }
  return { cell: pair.name, metrics };
}

function joinPair(pair: CellPair, gated: Analysis, other: Analysis, index: number): JudgedPair {
  const [left, right] = [gated.cells[index]!, other.cells[index]!];
  return {
    pair,
    metrics: [...left.metrics, ...right.metrics],
    findings: [...left.findings, ...right.findings],
    // What cannot fail the run asks for no boots while there is something that can.
    nextTrials: gated.declared > 0 ? left.nextTrials : right.nextTrials,
  };
}

function addTallies(left: Record<Verdict, number>, right: Record<Verdict, number>): Record<Verdict, number> {
  const sum = { ...left };
  for (const verdict of Object.keys(right) as Verdict[]) sum[verdict] += right[verdict];
  return sum;
}

/** Means and their intervals have fractions, which bytes below a KiB must not show in full. */
function formatSize(bytes: number): string {
  const size = Math.abs(bytes);
  return `${bytes < 0 ? '-' : ''}${size < 1024 ? formatPlainly(size, 'B') : formatBytes(size)}`;
}

/** A value of a metric in its unit, for sentences. */
export function formatQuantity(value: Scalar, unit: string): string {
  if (unit === 'bytes') return formatSize(Number(value));
  if (unit === 'ns') return formatDuration(Number(value));
  if (unit === 'per_second') return formatPlainly(value, '/s');
  return formatPlainly(value, '');
}
