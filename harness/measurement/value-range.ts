import type { StoredValue } from './record.ts';

/** All that the kernel counts and every clock has 64 bits, so no value reaches this. */
const limit = 2n ** 64n;

/**
 * Whether something can have been measured: counts, bytes, times and rates are never negative, and below 2^64.
 * @returns what is wrong, to stand behind the value; undefined when nothing is
 */
export function rangeFault(value: StoredValue): string | undefined {
  const isNumber = typeof value === 'string' ? /^-?\d{1,40}$/.test(value) : Number.isFinite(value);
  if (!isNumber) return 'which is not a number';
  const whole = BigInt(typeof value === 'string' ? value : Math.floor(value));
  if (whole < 0n) return 'and nothing that is measured is negative';
  return whole < limit ? undefined : 'and nothing that is measured reaches 2^64';
}
