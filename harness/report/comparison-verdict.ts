import type { RunComparison } from '../judgement/judgement.ts';
import type { CellPair } from '../judgement/pairing.ts';
import type { JudgedMetric, Verdict } from '../statistics/verdicts/metric-verdict.ts';
import { differences } from '../store/comparison-key.ts';

const order: readonly Verdict[] = ['REGRESSED', 'IMPROVED', 'UNCHANGED', 'INCONCLUSIVE', 'NOT_ENOUGH'];

/**
 * The overall verdict: REGRESSED if any gated headline is, else the weakest verdict of the gated metrics, so that an open
 * question is never hidden.
 */
export function overallVerdict({ judgement }: RunComparison): Verdict {
  const gated = gatedHeadlines(judgement.pairs);
  const has = (verdict: Verdict) => gated.some(metric => metric.result.verdict === verdict);
  if (has('REGRESSED')) return 'REGRESSED';
  if (gated.length === 0 || has('NOT_ENOUGH')) return 'NOT_ENOUGH';
  if (has('INCONCLUSIVE')) return 'INCONCLUSIVE';
  return has('IMPROVED') ? 'IMPROVED' : 'UNCHANGED';
}

function gatedHeadlines(pairs: RunComparison['judgement']['pairs']): JudgedMetric[] {
  return pairs.flatMap(({ pair, metrics }) =>
    metrics.filter(
      metric => metric.definition.headline && metric.definition.gated && isComparable(pair, metric),
    ),
  );
}

/**
 * Whether both sides could have measured a metric. If the guests differ in what they can count (the compared axis is
 * their config), a metric that only one of them has is not an open question. A metric without values is.
 */
function isComparable({ base, candidate }: CellPair, { result }: JudgedMetric): boolean {
  const { comparison } = result;
  if (comparison.base.n > 0 && comparison.candidate.n > 0) return true;
  if (comparison.base.n + comparison.candidate.n === 0) return false;
  return differences(base.facts ?? {}, candidate.facts ?? {}).length === 0;
}

/** The last line: `verdict: UNCHANGED: …`. */
export function verdictLine(comparison: RunComparison): string {
  return `verdict: ${verdictOfAll(comparison)}`;
}

/** The verdict, the count of each verdict, and what an open verdict means. */
export function verdictOfAll(comparison: RunComparison): string {
  const { judgement, incompatibilities } = comparison;
  const gated = gatedHeadlines(judgement.pairs);
  const parts = order.flatMap(verdict => {
    const number = gated.filter(metric => metric.result.verdict === verdict).length;
    return number > 0 ? [`${number} ${verdict}`] : [];
  });
  const verdict = overallVerdict(comparison);
  const forced = incompatibilities.length > 0 ? ' (FORCED: the conditions differ)' : '';
  const meaning =
    verdict === 'INCONCLUSIVE' || verdict === 'NOT_ENOUGH' ? `; ${meaningOf(verdict, comparison)}` : '';
  return `${verdict}${forced}: gated metrics: ${parts.join(', ') || 'none measured'}${meaning}${ungatedPhrase(judgement.pairs)}`;
}

/** Headlines that got worse but cannot fail a run, so that nobody takes the verdict for the whole story. */
function ungatedPhrase(pairs: RunComparison['judgement']['pairs']): string {
  const worse = pairs.flatMap(({ metrics }) =>
    metrics.filter(
      ({ definition, result }) => definition.headline && !definition.gated && result.verdict === 'REGRESSED',
    ),
  );
  const names = [...new Set(worse.map(({ definition }) => definition.name))];
  return names.length === 0 ? '' : `; not gated: REGRESSED ${names.join(', ')}`;
}

function meaningOf(verdict: 'INCONCLUSIVE' | 'NOT_ENOUGH', { base, next }: RunComparison): string {
  if (base.kind === 'text' || next.kind === 'text')
    return 'one boot per side decides nothing: counters vary tenfold between boots';
  if (verdict === 'NOT_ENOUGH') return 'too few boots to prove anything: this is not a pass';
  return 'neither a change nor its absence is proved: this is not a pass';
}
