import type { StatisticalFinding } from '../samples/metric.ts';
import { makeSample } from '../samples/sample.ts';
import type { MaybeScalar } from '../samples/value.ts';
import { rankTest } from '../tests/rank-test.ts';

/** Result of a check for a trend within one sample. */
export interface DriftCheck {
  p: number;
  /** Sign of the later half minus the earlier one. */
  direction: -1 | 0 | 1;
  n: { earlier: number; later: number };
}

/**
 * Compares the first half of one side's values with the second by the exact rank test, to detect a host that warms up or
 * a disk that fills. Leaves out the middle value of an odd number. Blind to a change that comes and goes within the run.
 * @param values in the order in which the trials ran
 */
export function driftWithin(values: readonly MaybeScalar[]): DriftCheck {
  const half = Math.floor(values.length / 2);
  return compareOrdered(values.slice(0, half), values.slice(values.length - half));
}

/**
 * Compares trials that ran first in their block with those that ran later, over both sides together. If the order matters,
 * interleaving in a fixed order favours one side.
 * @param blocks the values of each block in the order in which they ran, each minus its side's centre
 */
export function orderEffect(blocks: readonly (readonly number[])[]): DriftCheck {
  const first: number[] = [];
  const later: number[] = [];
  for (const block of blocks) {
    const middle = Math.floor(block.length / 2);
    first.push(...block.slice(0, middle));
    later.push(...block.slice(block.length - middle));
  }
  return compareOrdered(first, later);
}

function compareOrdered(earlier: readonly MaybeScalar[], later: readonly MaybeScalar[]): DriftCheck {
  const before = makeSample(earlier);
  const after = makeSample(later);
  const test = rankTest(before, after);
  const pairs = before.ordered.length * after.ordered.length;
  return {
    p: test.twoSided,
    direction: Math.sign(pairs / 2 - test.u) as -1 | 0 | 1,
    n: { earlier: before.ordered.length, later: after.ordered.length },
  };
}

/** Whether one of so many checks deserves a warning: at 5 % over all of them (Bonferroni). */
export function isRemarkable({ p, direction }: DriftCheck, checks: number): boolean {
  return p <= 0.05 / checks && direction !== 0;
}

/** The p of a check, for a message. */
export function checkedP({ p }: DriftCheck): string {
  return `p=${Number(p.toPrecision(2))}`;
}

/**
 * Returns a warning if a side drifts within the run.
 * @param checks the number of checks made together
 */
export function driftFinding(
  side: string,
  values: readonly MaybeScalar[],
  checks: number,
): StatisticalFinding | undefined {
  const check = driftWithin(values);
  if (!isRemarkable(check, checks)) return undefined;
  return {
    code: 'WITHIN_SIDE_DRIFT',
    severity: 'warning',
    message:
      `${side}: the later half of the trials is ${check.direction > 0 ? 'higher' : 'lower'} than the earlier half ` +
      `(${checkedP(check)}); the trials are not independent, so every p here is too small`,
  };
}
