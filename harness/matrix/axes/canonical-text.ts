import { UsageError } from '../../errors.ts';
import { parseBytes, parseDuration } from '../../units.ts';
import { canonicalBytes, canonicalDuration } from '../workload/parameter.ts';

/**
 * The canonical text of an axis value, whatever its spelling: `2048MiB` and `2GiB`, `dups+stats` and `stats+dups`. Values
 * that are not quantities are not changed. For filters and the base of a comparison, where no definition is available.
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
