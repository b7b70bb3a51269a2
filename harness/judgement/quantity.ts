import type { Scalar } from '../statistics/samples/value.ts';
import { formatPlainly } from '../statistics/verdicts/format.ts';
import { formatBytes, formatDuration } from '../units.ts';

/** Means and their intervals have fractions, which sizes below one KiB must not show in full. */
function formatSize(bytes: number): string {
  const size = Math.abs(bytes);
  return `${bytes < 0 ? '-' : ''}${size < 1024 ? formatPlainly(size, 'B') : formatBytes(size)}`;
}
/** A value of a metric with its unit, for sentences. */
export function formatQuantity(value: Scalar, unit: string): string {
  if (unit === 'bytes') return formatSize(Number(value));
  if (unit === 'ns') return formatDuration(Number(value));
  if (unit === 'per_second') return formatPlainly(value, '/s');
  return formatPlainly(value, '');
}
