import type { Finding } from '../finding.ts';

/** The printed value of a counter, or why it is invalid. */
export interface CounterValue {
  /** 0 … 2^bits-1; undefined if the text is not a number of that width. */
  value?: bigint;
  /** `OUT_OF_RANGE` without a value, `CORRUPT` with one. */
  finding?: Finding;
}

/** A 64-bit number has at most a sign and 20 digits. BigInt() of a million digits takes seconds. */
const integer = /^-?\d{1,20}$/;

/**
 * Reads a counter, an average or a sum. The single files of debugfs print signed numbers, the `stats` text unsigned ones;
 * the result is unsigned. A negative 64-bit value is kept, with a finding.
 * @param what names the counter in findings
 */
export function readCounterValue(what: string, text: string, bits: 32 | 64): CounterValue {
  const number = integer.test(text) ? BigInt(text) : undefined;
  const limit = 1n << BigInt(bits);
  if (number === undefined || number >= limit || number < -(limit / 2n)) {
    const message = `${what} is ${JSON.stringify(text.slice(0, 64))}, which is not a ${bits}-bit number`;
    return { finding: { code: 'OUT_OF_RANGE', severity: 'invalid', message } };
  }
  const value = BigInt.asUintN(bits, number);
  if (bits === 32 || value < limit / 2n) return { value };
  const message = `${what} is ${text}, a negative count: the error path of finit_module() added an errno to it before it was fixed`;
  return { value, finding: { code: 'CORRUPT', severity: 'invalid', message } };
}
