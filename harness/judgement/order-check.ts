import { summarise } from '../statistics/samples/descriptive.ts';
import type { StatisticalFinding } from '../statistics/samples/metric.ts';
import { makeSample } from '../statistics/samples/sample.ts';
import { subtractScalars } from '../statistics/samples/value.ts';
import { checkedP, isRemarkable, orderEffect } from '../statistics/series/drift.ts';
import type { SampleValue } from '../store/sample.ts';
import type { Judgement } from './judgement.ts';
import { withFindings } from './pair-findings.ts';
import type { CellPair } from './pairing.ts';

/** Minimum number of blocks for the check. */
const leastBlocks = 8;

/**
 * Warnings, by pair name, if trials that ran first in their block differ from those that ran second: a fixed order would
 * then favour a side. Checks gated headlines only, at 5 % over all checks.
 */
export function orderFindings({ pairs }: Judgement): Map<string, StatisticalFinding[]> {
  const checks = pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition }) => definition.headline && definition.class !== 'deterministic')
      .map(({ definition }) => ({ pair, metric: definition.name, blocks: blocksOf(pair, definition.name) }))
      .filter(({ blocks }) => blocks.length >= leastBlocks),
  );
  const found = new Map<string, StatisticalFinding[]>();
  for (const { pair, metric, blocks } of checks) {
    const check = orderEffect(blocks);
    if (!isRemarkable(check, checks.length)) continue;
    const message =
      `${metric}: boots that run second in their block are ${check.direction > 0 ? 'higher' : 'lower'} ` +
      `(${checkedP(check)}); the order is random, so neither side gains, but it adds noise`;
    const finding: StatisticalFinding = { code: 'ORDER_EFFECT', severity: 'warning', message };
    found.set(pair.name, [...(found.get(pair.name) ?? []), finding]);
  }
  return found;
}

/** Adds warnings to pairs for which the order inside a block matters. */
export function withOrderFindings(judgement: Judgement): Judgement {
  const findings = orderFindings(judgement);
  return withFindings(judgement, ({ pair }) => findings.get(pair.name) ?? []);
}

/** Both values of each repetition in the order in which they ran, each minus the median of its side. */
function blocksOf({ base, candidate }: CellPair, metric: string): number[][] {
  const left = centred(base.values.get(metric) ?? []);
  const right = centred(candidate.values.get(metric) ?? []);
  const blocks: number[][] = [];
  for (let place = 0; place < Math.min(left.length, right.length); place++) {
    const [one, other] = [left[place], right[place]];
    const [early, late] = [base.order[place], candidate.order[place]];
    if (one === undefined || other === undefined || early === undefined || late === undefined) continue;
    blocks.push(early <= late ? [one, other] : [other, one]);
  }
  return blocks;
}

function centred(values: readonly SampleValue[]): (number | undefined)[] {
  const median = summarise(makeSample(values)).median;
  return values.map(value =>
    value === null || median === undefined ? undefined : subtractScalars(value, median),
  );
}
