import type { CompareSetting, GateSetting } from '../matrix/matrix.ts';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { Correction } from '../statistics/corrections/correction.ts';
import type { TrialValue } from '../statistics/samples/failed-trial.ts';
import { groupBy } from '../statistics/samples/group.ts';
import type { MetricDefinition, StatisticalFinding } from '../statistics/samples/metric.ts';
import type { RandomSource } from '../statistics/samples/random-source.ts';
import { analyse, summariseVerdicts } from '../statistics/verdicts/analysis.ts';
import type { Detail, SampleTable, SampleValues } from '../statistics/verdicts/analysis-request.ts';
import type { Analysis, JudgedMetric, Verdict } from '../statistics/verdicts/metric-verdict.ts';
import { metricDefinitions } from './definition.ts';
import type { Incompatibility } from './incompatibility.ts';
import type { CellPair, Unmatched } from './pairing.ts';
import { qualifyVerdicts } from './qualified-verdict.ts';
import { formatQuantity } from './quantity.ts';
import { failedBoots, type Side, type SideCell } from './side.ts';

/** How to judge pairs. */
export interface JudgementRequest {
  base: Side;
  next: Side;
  pairs: readonly CellPair[];
  /** Number of further pairs of the declared family that are judged elsewhere, on other shards. Default: 0. */
  elsewhere?: number | undefined;
  /** Level of the gate's family; default: 0.05. */
  alpha?: number | undefined;
  method?: Correction | undefined;
  /** Declared looks, if the run was sequential. */
  looks?: readonly number[] | undefined;
  /** How many trials per side count, by pair. Default: all. A sequential run stops pairs at different looks. */
  limits?: ReadonlyMap<string, number> | undefined;
  /** Gates to use instead of those of the sides. */
  gates?: Readonly<Record<string, GateSetting>>;
  /** Whether to judge metrics below a headline that is not proved. Default: `all`. */
  detail?: Detail | undefined;
  random: RandomSource;
}

/** A pair with its verdicts. */
export interface JudgedPair {
  pair: CellPair;
  /** Gated families first; in each, the headline and then the metrics below it. */
  metrics: JudgedMetric[];
  findings: StatisticalFinding[];
  /** Trials per side that the next look needs; undefined if the pair is decided or there are no more looks. */
  nextTrials: number | undefined;
}

/** All pairs of a comparison with their verdicts. */
export interface Judgement {
  alpha: number;
  method: Correction;
  /** Number of hypotheses in the gated family and in the other one, which cannot fail a run. */
  declared: { gated: number; other: number };
  pairs: JudgedPair[];
  /** Verdicts of all headlines. */
  tally: Record<Verdict, number>;
  /** Whether a gated metric is REGRESSED. */
  regressed: boolean;
  definitions: MetricDefinition[];
  emulated: boolean;
}

/** A judgement and its subject, for reports. */
export interface RunComparison {
  base: Side;
  next: Side;
  /** The axis inside one run, or the axis ignored when matching the cells of two runs. */
  axis?: CompareSetting | { axis: string } | undefined;
  judgement: Judgement;
  unmatched: Unmatched[];
  /** Conditions that differ, compared because of --force. */
  incompatibilities: Incompatibility[];
}

/**
 * Judges pairs of cells. Gated metrics and the others form two families of hypotheses, so that metrics which cannot fail
 * the run do not cost the gates any power. Both are corrected over all declared pairs, with or without data.
 */
export function judgePairs(request: JudgementRequest): Judgement {
  const { base, next, pairs } = request;
  const emulated = [base, next].some(side => side.facts?.['accelerator'] === 'tcg');
  const definitions = definitionsByDesign(request, emulated);
  const gated = judgeFamily(definitions, request, 'gated');
  const other = judgeFamily(definitions, request, 'other');
  const judged = pairs.map((pair, index) => joinPair(pair, gated, other, index));
  return {
    alpha: gated.alpha,
    method: gated.method,
    declared: { gated: gated.declared, other: other.declared },
    pairs: judged,
    ...summariseVerdicts(judged.flatMap(({ metrics }) => metrics)),
    definitions: unionOf([...definitions.values()].flatMap(({ gated, other }) => [...gated, ...other])),
    emulated,
  };
}

/** The metrics of one design of workloads: those of families that can fail the run, and the others. */
type SplitDefinitions = Record<'gated' | 'other', MetricDefinition[]>;

/** The definitions for each design that a pair has. */
function definitionsByDesign(
  { base, next, pairs, gates }: JudgementRequest,
  emulated: boolean,
): Map<WorkloadDesign, SplitDefinitions> {
  const byDesign = new Map<WorkloadDesign, SplitDefinitions>();
  for (const [design, some] of groupBy(pairs, designOf)) {
    const definitions = metricDefinitions({
      workloadMetrics: { ...base.workloadMetrics, ...next.workloadMetrics },
      gates: gates ?? { ...base.gates, ...next.gates },
      emulated,
      design,
      measured: new Set(some.flatMap(pair => [...pair.base.values.keys(), ...pair.candidate.values.keys()])),
    });
    const families = new Set(definitions.filter(({ gated }) => gated).map(({ family }) => family));
    byDesign.set(design, {
      gated: definitions.filter(({ family }) => families.has(family)),
      other: definitions.filter(({ family }) => !families.has(family)),
    });
  }
  return byDesign;
}

/** If either side ran for a fixed time, their totals cannot be compared. */
function designOf({ base, candidate }: CellPair): WorkloadDesign {
  return [base, candidate].some(({ design }) => design === 'fixed-time') ? 'fixed-time' : 'fixed-work';
}

/** Each metric once, by its name. */
function unionOf(definitions: readonly MetricDefinition[]): MetricDefinition[] {
  return [...new Map(definitions.map(definition => [definition.name, definition])).values()];
}

function judgeFamily(
  definitions: ReadonlyMap<WorkloadDesign, SplitDefinitions>,
  request: JudgementRequest,
  which: keyof SplitDefinitions,
): Analysis {
  const cells = request.pairs.map(pair => {
    const own = definitions.get(designOf(pair))?.[which] ?? [];
    return samplesOf(pair, own, request.limits?.get(pair.name));
  });
  return analyse({
    definitions: [],
    cells: [...cells, ...pairsElsewhere(definitions, request.elsewhere ?? 0, which)],
    alpha: request.alpha,
    method: request.method,
    looks: request.looks,
    random: request.random,
    detail: request.detail,
    format: formatQuantity,
  });
}

/**
 * The pairs of other shards: declared, without values. What they measure is unknown here, so each counts like the pair with
 * the most metrics. A change that is proved beside them is proved in the whole family too, as Holm's adjusted p never rises
 * when another p falls.
 */
function pairsElsewhere(
  definitions: ReadonlyMap<WorkloadDesign, SplitDefinitions>,
  pairs: number,
  which: keyof SplitDefinitions,
): SampleTable[] {
  const most = [...definitions.values()]
    .map(split => split[which])
    .reduce((best, one) => (one.length > best.length ? one : best), []);
  return Array.from({ length: pairs }, (_, place) => ({
    cell: `pair ${place + 1} of another shard`,
    metrics: {},
    definitions: most,
  }));
}

function samplesOf(
  pair: CellPair,
  definitions: readonly MetricDefinition[],
  limit: number | undefined,
): SampleTable {
  const metrics: Record<string, SampleValues> = {};
  for (const definition of definitions) {
    const { name } = definition;
    if (!pair.base.values.has(name) && !pair.candidate.values.has(name)) continue;
    const [base, candidate] = [trialValues(pair.base, definition), trialValues(pair.candidate, definition)];
    metrics[name] = { base: base.slice(0, limit), candidate: candidate.slice(0, limit) };
  }
  return { cell: pair.name, metrics, definitions };
}

/** The values of a metric in the boots of a cell. Failed boots rank worst in gated metrics. */
function trialValues({ values }: SideCell, { name, gated }: MetricDefinition): readonly TrialValue[] {
  const measured = values.get(name) ?? [];
  const failed = values.get(failedBoots) ?? [];
  if (!gated || name === failedBoots || !failed.includes(1)) return measured;
  const places = Math.max(measured.length, failed.length);
  return Array.from({ length: places }, (_, place) =>
    failed[place] === 1 ? 'failed' : (measured[place] ?? null),
  );
}

function joinPair(pair: CellPair, gated: Analysis, other: Analysis, index: number): JudgedPair {
  // biome-ignore lint/style/noNonNullAssertion: an analysis has one cell for each pair, in their order
  const [left, right] = [gated.cells[index]!, other.cells[index]!];
  return {
    pair,
    metrics: qualifyVerdicts([...left.metrics, ...right.metrics]),
    findings: [...left.findings, ...right.findings],
    // Metrics that cannot fail the run do not request boots if there are metrics that can.
    nextTrials: gated.declared > 0 ? left.nextTrials : right.nextTrials,
  };
}
