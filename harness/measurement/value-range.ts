import type { StoredValue } from './record.ts';

/** All that the kernel counts and every clock has 64 bits, so no value reaches this. */
const limit = 2 ** 64;

/**
 * Whether something can have been measured: counts, bytes, times and rates are never negative, and below 2^64.
 * @returns what is wrong, to stand behind the value; undefined when nothing is
 */
export function rangeFault(value: StoredValue): string | undefined {
  const isNumber = typeof value === 'string' ? /^-?\d{1,40}$/.test(value) : Number.isFinite(value);
  if (!isNumber) return 'which is not a number';
  // A BigInt for each number of 10^5 trials would take a second, and compares no differently.
  const exact = typeof value === 'string' ? BigInt(value) : value;
  if (exact < 0) return 'and nothing that is measured is negative';
  return exact < limit ? undefined : 'and nothing that is measured reaches 2^64';
}
