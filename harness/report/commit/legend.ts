import type { RunComparison } from '../../judgement/judgement.ts';
import { correctionNames } from '../../statistics/corrections/correction.ts';
import { plural } from '../../units.ts';
import type { MetricRow } from './metric-row.ts';
import { isSupported } from './row-digits.ts';

/** The meaning of the figures of a table, and the tests, in one sentence. */
export function legend({ judgement }: RunComparison, rows: readonly MetricRow[]): string {
  const comparisons = rows.map(({ judged }) => judged.result.comparison);
  const tests = new Set(comparisons.flatMap(({ test }) => (test?.p === undefined ? [] : [test.name])));
  const kinds = new Set(
    comparisons.map(({ testedAs }) =>
      testedAs === 'time' ? 'times: median, change by Hodges-Lehmann' : 'counts: mean',
    ),
  );
  const levels = comparisons.flatMap(({ effect }) =>
    effect && isSupported(effect) ? [effect.interval.confidence] : [],
  );
  const { gated, other } = judgement.declared;
  const parts = [
    [...kinds].sort().join(', '),
    levels.length > 0 ? `intervals of the change at ${levelText(levels)}` : '',
    tests.size > 0
      ? `p.adj: ${[...tests].sort().join(', ')}, ${correctionNames[judgement.method]}${judgement.method === 'westfall-young' ? ' inside pairs, Bonferroni' : ''} over ` +
        `${plural(gated, 'gated hypothesis', 'gated hypotheses')}, ${plural(other, 'other')} apart`
      : '',
  ];
  return parts.filter(part => part !== '').join('; ');
}

/** `95%`, or `92% to 95%` if few boots cannot reach the level exactly. */
function levelText(levels: readonly number[]): string {
  const text = (level: number) => `${Number((level * 100).toPrecision(3))}%`;
  const least = levels.reduce((a, b) => Math.min(a, b));
  const most = levels.reduce((a, b) => Math.max(a, b));
  return text(least) === text(most) ? text(least) : `${text(least)} to ${text(most)}`;
}
