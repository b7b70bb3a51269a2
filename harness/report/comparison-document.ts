import type { JudgedPair, RunComparison } from '../judgement/judgement.ts';
import type { Side } from '../judgement/side.ts';
import type { Bursts } from '../statistics/effects/bursts.ts';
import type { Summary } from '../statistics/samples/descriptive.ts';
import type { Scalar } from '../statistics/samples/value.ts';
import type { EventTable } from '../statistics/tests/fisher.ts';
import type { MetricComparison } from '../statistics/verdicts/comparison.ts';
import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';
import { storeValue } from '../store/sample.ts';
import { overallVerdict } from './comparison-verdict.ts';

/**
 * A comparison as one JSON document, `"version": 1`: for each metric of each pair, both n, the test, p, the effect with
 * its interval, the verdict and its sentence. Values are in base units and unrounded; those beyond 2^53 are decimal
 * strings.
 */
export function renderComparisonJson(comparison: RunComparison): string {
  const lines = Object.entries(comparisonHead(comparison)).map(([key, value]) => member(key, value));
  // One pair per line, one at a time: as objects, a document of twelve thousand metrics would take ten times its text.
  const pairs = comparison.judgement.pairs.map(pair => `    ${JSON.stringify(pairDocument(pair))}`);
  const list = pairs.length === 0 ? '[]' : `[\n${pairs.join(',\n')}\n  ]`;
  return `{\n${[...lines, `  "pairs": ${list}`].join(',\n')}\n}\n`;
}

function member(key: string, value: unknown): string {
  return `  ${JSON.stringify(key)}: ${JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')}`;
}

/** The comparison as a JSON value. */
export function comparisonDocument(comparison: RunComparison): Record<string, unknown> {
  return { ...comparisonHead(comparison), pairs: comparison.judgement.pairs.map(pairDocument) };
}

function comparisonHead(comparison: RunComparison): Record<string, unknown> {
  const { judgement, base, next, axis } = comparison;
  return {
    version: 1,
    base: sideDocument(base),
    new: sideDocument(next),
    ...(axis && { axis }),
    forced: comparison.incompatibilities,
    emulated: judgement.emulated,
    alpha: judgement.alpha,
    method: judgement.method,
    declared: judgement.declared,
    verdict: overallVerdict(comparison),
    regressed: judgement.regressed,
    tally: judgement.tally,
    unmatched: comparison.unmatched,
  };
}

function sideDocument({ kind, name, startedAt, facts }: Side): unknown {
  return { kind, name, startedAt, facts };
}

function pairDocument({ pair, metrics, findings, nextTrials }: JudgedPair): unknown {
  return {
    name: pair.name,
    base: { id: pair.base.id, label: pair.base.label },
    new: { id: pair.candidate.id, label: pair.candidate.label },
    settings: pair.candidate.settings,
    nextTrials,
    metrics: Object.fromEntries(metrics.map(metric => [metric.definition.name, metricDocument(metric)])),
    findings,
  };
}

/** One metric of one pair; also what `--values --json` prints. */
export function metricDocument({ definition, result, sentence, correction, look }: JudgedMetric): unknown {
  const { comparison } = result;
  const { class: kind, unit, worse, family, headline, gated, gate } = definition;
  return {
    class: kind,
    testedAs: comparison.testedAs,
    unit,
    worse,
    family,
    headline,
    gated,
    gate: { ...gate, threshold: comparison.threshold },
    base: summaryDocument(comparison.base),
    new: summaryDocument(comparison.candidate),
    test: testDocument(comparison),
    p: result.p ?? null,
    adjusted: result.adjusted ?? null,
    correction,
    required: result.required,
    effect: comparison.effect ?? null,
    rates: comparison.rates,
    bursts: comparison.bursts && burstsDocument(comparison.bursts, comparison.burstGate),
    superiority: comparison.superiority ?? null,
    look,
    verdict: result.verdict,
    reason: result.reason,
    changed: result.changed,
    needs: result.needs,
    sentence,
    findings: comparison.findings,
  };
}

function testDocument({ test, second, difference }: MetricComparison): unknown {
  if (test === undefined) return null;
  const { name, statistic, minimumAttainableP } = test;
  return {
    name,
    statistic,
    leastP: minimumAttainableP ?? null,
    beside: second && { name: `${second.method} rank-sum`, u: second.u, p: second.twoSided },
    levelP: difference?.level.twoSided,
    spreadP: difference?.spreadP,
  };
}

/** Trials at least `distance` from the middle, and the largest change of their share that is not excluded. */
function burstsDocument({ distance, above, below, bound }: Bursts, gate: number): unknown {
  const events = ({ base, candidate }: EventTable) => ({ base: base.events, new: candidate.events });
  return { distance, above: events(above), below: events(below), bound, gate };
}

function summaryDocument({ n, missing, zeros, least, greatest, mean, median, deviation }: Summary): unknown {
  return {
    n,
    missing,
    zeros,
    least: scalar(least),
    greatest: scalar(greatest),
    mean: mean ?? null,
    median: median ?? null,
    deviation: deviation ?? null,
  };
}

function scalar(value: Scalar | undefined): number | string | null {
  return value === undefined ? null : storeValue(value);
}
