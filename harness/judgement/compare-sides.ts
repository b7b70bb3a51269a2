import { UsageError } from '../errors.ts';
import type { CompareSetting } from '../matrix/matrix.ts';
import { makeRandom } from '../random.ts';
import type { Correction } from '../statistics/corrections/correction.ts';
import type { Detail } from '../statistics/verdicts/analysis-request.ts';
import { describeIncompatibility, findIncompatibilities, type Incompatibility } from './incompatibility.ts';
import { type JudgementRequest, judgePairs, type RunComparison } from './judgement.ts';
import { withOrderFindings } from './order-check.ts';
import { type Pairing, pairAcross, pairWithin } from './pairing.ts';
import { Sessions } from './sessions/sessions.ts';
import { judgeTwoSessions } from './sessions/two-sessions.ts';
import type { Side } from './side.ts';
import { withStealFindings } from './steal-check.ts';

/** How to compare two sides. */
export interface CompareOptions {
  alpha?: number | undefined;
  method?: Correction | undefined;
  /** Compare despite different conditions. The result says so. */
  force?: boolean | undefined;
  /** Whether to judge metrics below a headline that is not proved. Default: `all`. */
  detail?: Detail | undefined;
}

/** Seed of the permutation fallback, so that a comparison always gives the same answer. */
const seed = 0x6d6f6473;

/**
 * Compares the values of an axis inside one run.
 * @throws UsageError COMPARE_AXIS if there is no pair, COMPARE_UNLIKE
 */
export function compareWithin(
  side: Side,
  axis: CompareSetting,
  options: CompareOptions & Pick<JudgementRequest, 'looks' | 'limits' | 'elsewhere'> = {},
): RunComparison {
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
  const incompatibilities = refuseUnlike(pairing, side, side, axis.axis, options.force);
  const judgement = judgePairs({
    base: side,
    next: side,
    pairs: pairing.pairs,
    random: makeRandom(seed),
    alpha: options.alpha,
    method: options.method,
    detail: options.detail,
    looks: options.looks,
    limits: options.limits,
    elsewhere: options.elsewhere,
  });
  return {
    base: side,
    next: side,
    axis,
    judgement: withStealFindings(withOrderFindings(judgement)),
    unmatched: pairing.unmatched,
    incompatibilities,
  };
}

/** How to compare two sides that were measured separately. */
export interface AcrossOptions {
  /** The axis to ignore when matching cells. */
  axis?: string | undefined;
  /** Other sessions of the same kernels. Without them, a change between two sessions is not a verdict. */
  sessions?: Sessions | undefined;
  /** Assume that the host was the same in both sessions, so that every difference is due to the kernels. */
  assumeStillHost?: boolean | undefined;
}

/**
 * Compares the cells of two sides that have the same settings except for `axis`. Two runs are two sessions: see
 * `judgeTwoSessions`.
 * @throws UsageError COMPARE_NOTHING if no cell has a counterpart, COMPARE_UNLIKE
 */
export function compareAcross(
  base: Side,
  next: Side,
  options: CompareOptions & AcrossOptions = {},
): RunComparison {
  const pairing = pairAcross(base, next, options.axis);
  if (pairing.pairs.length === 0) {
    const first = pairing.unmatched[0];
    throw new UsageError('COMPARE_NOTHING', `no cell of ${next.name} has a counterpart in ${base.name}`, {
      hint: [base, next].some(({ kind }) => kind === 'text')
        ? 'A stats text is one boot with unknown settings: compare it with another text, or compare two runs.'
        : first
          ? `${first.label}: ${first.reason}. Use --axis NAME to ignore an axis when matching cells.`
          : 'One of the sides has no cells.',
    });
  }
  const incompatibilities = refuseUnlike(pairing, base, next, options.axis, options.force);
  const { sessions = new Sessions(), assumeStillHost } = options;
  const judged = judgePairs({
    base,
    next,
    pairs: pairing.pairs,
    random: makeRandom(seed),
    alpha: options.alpha,
    method: options.method,
    detail: options.detail,
  });
  const oneSession = assumeStillHost === true || (base.run !== undefined && base.run === next.run);
  return {
    base,
    next,
    axis: options.axis === undefined ? undefined : { axis: options.axis },
    judgement: withStealFindings(
      oneSession
        ? judged
        : judgeTwoSessions(judged, ({ pair }, metric) => sessions.spreadOf(base, next, pair, metric)),
    ),
    unmatched: pairing.unmatched,
    incompatibilities,
  };
}

function refuseUnlike(
  { pairs }: Pairing,
  base: Side,
  next: Side,
  axis: string | undefined,
  force: boolean | undefined,
): Incompatibility[] {
  const found = findIncompatibilities(pairs, base, next, axis);
  if (found.length === 0 || force) return found;
  const lines = found.map(one => describeIncompatibility(one, pairs.length));
  throw new UsageError(
    'COMPARE_UNLIKE',
    `${base.name} and ${next.name} were measured under different conditions: ${lines.join('; ')}`,
    {
      hint: 'Measure both sides under the same conditions, best in one run with `compare:`. --force compares them anyway and says so.',
    },
  );
}
