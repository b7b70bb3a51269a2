import { UsageError } from '../../errors.ts';
import { parseBytes, parseDuration } from '../../units.ts';
import { canonicalBytes, canonicalDuration } from '../workload/parameter.ts';

/**
 * One text for one value of an axis, whatever its spelling: `2048MiB` and `2GiB`, `dups+stats` and `stats+dups`.
 * What is no quantity stays as it is. For filters and for the base of a comparison, where no definition is at hand.
 */
export function canonicalText(axis: string, text: string): string {
  const trimmed = text.trim();
  if (axis === 'config') return trimmed.split('+').sort().join('+');
  if (axis === 'memory') return attempt(() => canonicalBytes(parseBytes(trimmed))) ?? trimmed;
  if (!axis.startsWith('workload.') || !/^[0-9.]+ ?[A-Za-z]+$/.test(trimmed)) return trimmed;
  return (
    attempt(() => canonicalDuration(parseDuration(trimmed))) ??
    attempt(() => canonicalBytes(parseBytes(trimmed))) ??
    trimmed
  );
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
