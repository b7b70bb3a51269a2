import { UsageError } from '../errors.ts';
import type { CompareSetting } from '../matrix/matrix.ts';
import { makeRandom } from '../random.ts';
import type { Detail } from '../statistics/analysis-request.ts';
import type { Correction } from '../statistics/verdict.ts';
import { type Comparison, judgePairs, withOrderFindings } from './judgement.ts';
import { findUnlikeness, type Pairing, pairAcross, pairWithin, type Unlikeness } from './pairing.ts';
import type { Side } from './side.ts';

/** How two sides are compared. */
export interface CompareOptions {
  alpha?: number;
  method?: Correction;
  /** Compare what is unlike; the result says so. */
  force?: boolean;
  /** Whether metrics under a headline are judged that is not proved; `all` unless told. */
  detail?: Detail;
}

/** Seed of the permutation fallback: one comparison gives one answer. */
const seed = 0x6d6f6473;

/**
 * Compares the values of an axis inside one run.
 * @throws UsageError COMPARE_AXIS when no pair exists, COMPARE_UNLIKE
 */
export function compareWithin(
  side: Side,
  axis: CompareSetting,
  options: CompareOptions & { looks?: readonly number[]; limits?: ReadonlyMap<string, number> } = {},
): Comparison {
  const pairing = pairWithin(side, axis);
  if (pairing.pairs.length === 0) {
    const known = [...new Set(side.cells.flatMap(cell => cell.settings[axis.axis] ?? []))];
    throw new UsageError('COMPARE_AXIS', `${side.name} has no two cells that differ only in ${axis.axis}`, {
      hint:
        known.length > 0
          ? `Its cells have ${axis.axis}: ${known.slice(0, 10).join(', ')}; the base is ${axis.base}.`
          : `Its axes: ${side.varied.join(', ') || 'none varies'}.`,
    });
  }
  const unlikeness = refuseUnlike(pairing, side, side, axis.axis, options.force);
  const judgement = judgePairs({
    base: side,
    next: side,
    pairs: pairing.pairs,
    random: makeRandom(seed),
    ...pick(options),
    ...(options.looks && { looks: options.looks }),
    ...(options.limits && { limits: options.limits }),
  });
  return {
    base: side,
    next: side,
    axis,
    judgement: withOrderFindings(judgement),
    unmatched: pairing.unmatched,
    unlikeness,
  };
}

/**
 * Compares the cells of two sides that have the same settings, but for those of `axis`.
 * @throws UsageError COMPARE_NOTHING when no cell has a partner, COMPARE_UNLIKE
 */
export function compareAcross(
  base: Side,
  next: Side,
  options: CompareOptions & { axis?: string } = {},
): Comparison {
  const pairing = pairAcross(base, next, options.axis);
  if (pairing.pairs.length === 0) {
    const first = pairing.unmatched[0];
    throw new UsageError('COMPARE_NOTHING', `no cell of ${next.name} has a partner in ${base.name}`, {
      hint: [base, next].some(({ kind }) => kind === 'text')
        ? 'A stats text is one boot that tells no settings: compare it with another text, or two runs with each other.'
        : first
          ? `${first.label}: ${first.reason}. --axis NAME leaves one axis out when cells are matched.`
          : 'One of them has no cells.',
    });
  }
  const unlikeness = refuseUnlike(pairing, base, next, options.axis, options.force);
  const judgement = judgePairs({
    base,
    next,
    pairs: pairing.pairs,
    random: makeRandom(seed),
    ...pick(options),
  });
  return {
    base,
    next,
    ...(options.axis !== undefined && { axis: { axis: options.axis } }),
    judgement,
    unmatched: pairing.unmatched,
    unlikeness,
  };
}

function pick({
  alpha,
  method,
  detail,
}: CompareOptions): Pick<CompareOptions, 'alpha' | 'method' | 'detail'> {
  return { ...(alpha !== undefined && { alpha }), ...(method && { method }), ...(detail && { detail }) };
}

function refuseUnlike(
  { pairs }: Pairing,
  base: Side,
  next: Side,
  axis: string | undefined,
  force: boolean | undefined,
): Unlikeness[] {
  const found = findUnlikeness(pairs, base, next, axis);
  if (found.length === 0 || force) return found;
  const lines = found.map(one => describeUnlikeness(one, pairs.length));
  throw new UsageError('COMPARE_UNLIKE', `${base.name} and ${next.name} are unlike: ${lines.join('; ')}`, {
    hint: 'Measure both sides under the same conditions, best in one run with `compare:`. --force compares all the same and says so.',
  });
}

/** `QEMU: 7.2.22 -> 9.0.1`, with the number of pairs when not all of them have it. */
export function describeUnlikeness({ fact, base, new: next, pairs }: Unlikeness, all: number): string {
  const where = pairs.length === 0 || pairs.length === all ? '' : ` (${pairs.length} of ${all} pairs)`;
  return `${fact} ${base ?? 'unknown'} -> ${next ?? 'unknown'}${where}`;
}
