import type { Finding } from '../finding.ts';

/** A counter's value as it was printed, or why it is none. */
export interface CounterValue {
  /** 0 … 2^bits-1; undefined if the text is no number of so many bits. */
  value?: bigint;
  /** `OUT_OF_RANGE` without a value, `CORRUPT` beside one. */
  finding?: Finding;
}

/** Longest text that can be a number of 64 bits: a sign and 20 digits. BigInt() of a million digits takes seconds. */
const integer = /^-?\d{1,20}$/;

/**
 * Reads a counter, an average or a sum. The single files of debugfs print it signed, the `stats` text unsigned: both
 * come out unsigned. A 64-bit value that is negative as the kernel counts it is kept, with a finding.
 * @param what names the counter in findings
 */
export function readCounterValue(what: string, text: string, bits: 32 | 64): CounterValue {
  const number = integer.test(text) ? BigInt(text) : undefined;
  const limit = 1n << BigInt(bits);
  if (number === undefined || number >= limit || number < -(limit / 2n)) {
    const message = `${what} is ${JSON.stringify(text.slice(0, 64))}, which is no number of ${bits} bits`;
    return { finding: { code: 'OUT_OF_RANGE', severity: 'invalid', message } };
  }
  const value = BigInt.asUintN(bits, number);
  if (bits === 32 || value < limit / 2n) return { value };
  const message = `${what} is ${text}, negative as the kernel counts it: before the fix of finit_module()'s error path an errno was added to it`;
  return { value, finding: { code: 'CORRUPT', severity: 'invalid', message } };
}
