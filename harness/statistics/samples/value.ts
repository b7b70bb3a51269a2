import { UsageError } from '../../errors.ts';

/** A measured number. Integers beyond 2^53 are bigint; JavaScript compares the two kinds exactly. */
export type Scalar = number | bigint;

/** A trial's value of one metric; undefined or null if it was not measured, which is never zero. */
export type MaybeScalar = Scalar | undefined | null;

/** Larger magnitudes could overflow a double when summed. */
export const largestMagnitude = 1e300;

/** Order by mathematical value, exact for any mix of number and bigint. */
export function compareScalars(left: Scalar, right: Scalar): -1 | 0 | 1 {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** The exact difference, rounded once to a double: 2^63 - (2^63 - 1) is 1. */
export function subtractScalars(left: Scalar, right: Scalar): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const exactLeft = asInteger(left);
  const exactRight = asInteger(right);
  if (exactLeft === undefined || exactRight === undefined) return Number(left) - Number(right);
  return Number(exactLeft - exactRight);
}

/**
 * A power of two near a magnitude, 1 for 0: values that are divided by it keep all their digits, and their squares and sums
 * stay in range.
 */
export function binaryScale(magnitude: number): number {
  return magnitude === 0 ? 1 : 2 ** Math.floor(Math.log2(magnitude));
}

function asInteger(value: Scalar): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return Number.isInteger(value) ? BigInt(value) : undefined;
}

/**
 * Rejects values that no statistic can use: NaN, infinities, magnitudes above 1e300.
 * @throws UsageError VALUE_INVALID naming the place
 */
export function checkScalar(value: Scalar, place: string): Scalar {
  const rounded = Number(value);
  if (Number.isFinite(rounded) && Math.abs(rounded) <= largestMagnitude) return value;
  throw new UsageError(
    'VALUE_INVALID',
    `${place}: ${String(value).slice(0, 40)} is not a finite number up to 1e300`,
    {
      hint: 'Leave out values that were not measured: a missing value must never be written as NaN or zero.',
    },
  );
}

const integerText = /^[+-]?[0-9]+$/;
const decimalText = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const zeroText = /^[+-]?[0.]*(?:[eE].*)?$/;
const longestLine = 400;

/**
 * Parses a number without loss: an integer that is not exact as a double becomes a bigint.
 * @throws UsageError VALUE_INVALID naming the place
 */
function parseScalar(text: string, place: string): Scalar {
  if (text.length <= longestLine && integerText.test(text)) {
    const value = BigInt(text);
    const rounded = Number(value);
    return Number.isSafeInteger(rounded) ? rounded : checkScalar(value, place);
  }
  const value = text.length <= longestLine && decimalText.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value) && (value !== 0 || zeroText.test(text))) return checkScalar(value, place);
  throw new UsageError(
    'VALUE_INVALID',
    `${place}: ${JSON.stringify(text.slice(0, 40))} is not a number in range`,
    {
      hint: 'Write one decimal number per line, without a unit. Lines that start with # are comments.',
    },
  );
}

/**
 * Parses a text with one number per line. Blank lines and comments (`#` to the end of the line) are skipped.
 * @param file name for error messages, which read `file:line: ...`
 * @throws UsageError VALUE_INVALID, VALUES_EMPTY
 */
export function parseValues(text: string, file: string): Scalar[] {
  const values: Scalar[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const content = (line.split('#', 1)[0] ?? '').trim();
    if (content !== '') values.push(parseScalar(content, `${file}:${index + 1}`));
  }
  if (values.length > 0) return values;
  throw new UsageError('VALUES_EMPTY', `${file} has no values`, {
    hint: 'Write one decimal number per line.',
  });
}
