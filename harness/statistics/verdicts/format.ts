import type { Scalar } from '../samples/value.ts';

/** Formats a value. Callers that know units pass their own. */
export type FormatValue = (value: Scalar, unit: string) => string;

/** Four significant digits and the unit; integers in full. */
export function formatPlainly(value: Scalar, unit: string): string {
  const whole = typeof value === 'bigint' || (Number.isInteger(value) && Math.abs(value) < 1e15);
  const text = whole ? String(value) : fourDigits(value);
  return unit === '' ? text : `${text} ${unit}`;
}

/** With an exponent beyond 1e15 (`9.223e+18`), because a row of zeros would look like significant digits. */
function fourDigits(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(value) < 1e15 ? String(rounded) : rounded.toExponential();
}

/** A p-value with two significant digits, never rounded to zero or one. */
export function formatP(p: number): string {
  if (p < 1e-300) return '<1e-300';
  if (p >= 0.995 && p < 1) return '>0.99';
  return String(Number(p.toPrecision(2)));
}

/** `p=0.03`, `p>0.99`, `p<1e-300`. */
export function nameP(p: number): string {
  const text = formatP(p);
  return /^[<>]/.test(text) ? `p${text}` : `p=${text}`;
}

/** A fraction as a percentage with its sign: `+3.4 %`. */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100;
  const text = Math.abs(percent) >= 1000 ? percent.toFixed(0) : String(Number(percent.toPrecision(3)));
  return `${percent > 0 ? '+' : ''}${text} %`;
}
