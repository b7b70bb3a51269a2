import { holm } from '../../statistics/corrections/holm.ts';
import {
  type SessionPair,
  sessionDifferenceP,
  sessionMargin,
  sessionsNeeded,
} from '../../statistics/series/session-difference.ts';
import { summariseVerdicts } from '../../statistics/verdicts/analysis.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import type { JudgedPair, Judgement } from '../judgement.ts';
import { qualify } from '../qualified-verdict.ts';
import { formatQuantity } from '../quantity.ts';
import type { KnownSpread } from './sessions.ts';

/** Minimum number of sessions for an estimate of the spread. */
const fewestSessions = 3;

/**
 * Judges two sides that were measured in two sessions. A proved change stays a verdict only if it is also larger than
 * what two sessions of one kernel show by chance, at the level of the judgement and corrected over the same family.
 * Otherwise it is open, because the host may have caused it. Exact metrics do not depend on the session.
 * @param spreadOf returns the known spread of a metric of a pair
 */
export function judgeTwoSessions(
  judgement: Judgement,
  spreadOf: (pair: JudgedPair, metric: string) => KnownSpread,
): Judgement {
  const proved = judgement.pairs.flatMap(pair =>
    pair.metrics
      .filter(({ result }) => result.changed && result.comparison.testedAs !== 'deterministic')
      .map((metric): ProvedChange => ({ pair, metric, known: spreadOf(pair, metric.definition.name) })),
  );
  const required = headlineLevels(judgement, proved);
  const isOpen = (one: ProvedChange) => probability(one) > (required.get(one.metric) ?? judgement.alpha);
  const openHeadlines = proved.filter(one => one.metric.definition.headline && isOpen(one));
  const isUnderOpen = ({ pair, metric }: ProvedChange) =>
    openHeadlines.some(one => one.pair === pair && one.metric.definition.family === metric.definition.family);
  const open = new Map(
    proved
      .filter(one => isOpen(one) || isUnderOpen(one))
      .map(one => {
        const because = reasonFor(one, required.get(one.metric) ?? judgement.alpha);
        return [one.metric, qualify(one.metric, { word: 'DIFFERS', because }, false)];
      }),
  );
  const pairs = judgement.pairs.map(pair => ({
    ...pair,
    metrics: pair.metrics.map(metric => open.get(metric) ?? metric),
  }));
  return { ...judgement, pairs, ...summariseVerdicts(pairs.flatMap(({ metrics }) => metrics)) };
}

interface ProvedChange {
  pair: JudgedPair;
  metric: JudgedMetric;
  known: KnownSpread;
}

/** The level that the change of each headline must reach, by Holm's procedure over the declared family. */
function headlineLevels(
  { alpha, declared }: Judgement,
  proved: readonly ProvedChange[],
): Map<JudgedMetric, number> {
  const found = new Map<JudgedMetric, number>();
  for (const [family, declaredCount] of Object.entries(declared)) {
    const own = proved.filter(
      ({ metric }) => metric.definition.headline && metric.definition.gated === (family === 'gated'),
    );
    const count = Math.max(1, declaredCount, own.length);
    const adjusted = holm(own.map(probability), count);
    const rejected = adjusted.filter(p => p <= alpha).length;
    for (const [index, { metric }] of own.entries()) {
      // A hypothesis rejected at an earlier step of Holm's procedure has reached the level of that step.
      const taken = (adjusted[index] ?? 1) <= alpha;
      found.set(metric, taken ? alpha : alpha / Math.max(1, count - rejected));
    }
  }
  return found;
}

function probability({ metric, known }: ProvedChange): number {
  return known.spread === undefined ? 1 : sessionDifferenceP(known.spread, sessionPair(metric));
}

function sessionPair({ result }: JudgedMetric): SessionPair {
  const { base, candidate } = result.comparison;
  return { difference: (candidate.mean ?? 0) - (base.mean ?? 0), base: base.n, candidate: candidate.n };
}

function reasonFor({ metric, known }: ProvedChange, required: number): string {
  const abRun = 'measure A/B in one run';
  if (known.spread === undefined) {
    const more = fewestSessions - known.sessions;
    const nights = `collect ${Math.max(1, more)} more night${more > 1 ? 's' : ''} of the base`;
    return `two sessions, spread unknown: ${abRun}, or ${nights}`;
  }
  const pair = sessionPair(metric);
  const margin = formatQuantity(sessionMargin(known.spread, pair, required), metric.definition.unit);
  const spread = `two sessions of one kernel differ by up to ${margin} (${known.sessions} sessions)`;
  const needed = sessionsNeeded(known.spread, pair, required);
  const nights =
    needed === undefined
      ? ''
      : `, or collect ${needed - known.sessions} more night${needed - known.sessions === 1 ? '' : 's'} of the base`;
  return `${spread}: ${abRun}${nights}`;
}
