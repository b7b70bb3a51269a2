import type { Inspection } from './inspection.ts';
import { type StatsDifference, statsDifference } from './module-stats/stats-difference.ts';

/** A file and its inspection. */
export interface InspectedFile {
  /** Path, `-` for standard input. */
  name: string;
  inspection: Inspection;
}

/** A file in a folder that could not be inspected. */
export interface PassedOver {
  name: string;
  /** A sentence that names the file. */
  reason: string;
}

/** Two files as two readings from one kernel. */
export interface FilePair {
  /** Name of the first file. */
  before: string;
  /** Name of the second file. */
  after: string;
  /** The changes between them; null if the two cannot be compared. */
  difference: StatsDifference | null;
  /** Why there is no difference. */
  refusal?: string;
}

/** The inspections of several files. */
export interface InspectedFiles {
  files: InspectedFile[];
  passedOver: PassedOver[];
  /** Present if two of the files are readings, or one of only two files. */
  pair?: FilePair | undefined;
}

/**
 * Pairs the only two stats texts as two readings, the first as the earlier one. A text that itself holds two readings does
 * not count. Undefined if there are none, one or more than two. If only one of two files is a reading, the result says why
 * there is no difference.
 */
export function pairFiles(files: readonly InspectedFile[]): FilePair | undefined {
  const moments = files.flatMap(({ name, inspection }) =>
    inspection.kind === 'stats' && !inspection.difference ? [{ name, stats: inspection.stats }] : [],
  );
  const [before, after] = moments;
  if (before && after && moments.length === 2) {
    const pair = { before: before.name, after: after.name };
    const difference = statsDifference(before.stats, after.stats);
    if (difference.counters.length === 0)
      return { ...pair, difference: null, refusal: 'the texts have no counter in common' };
    const [fell] = difference.findings;
    return fell ? { ...pair, difference: null, refusal: fell.message } : { ...pair, difference };
  }
  const [first, second] = files;
  if (!first || !second || files.length !== 2 || !before) return undefined;
  const other = first.name === before.name ? second : first;
  const why =
    other.inspection.kind === 'log' ? 'is a kernel log, not a stats text' : 'itself holds two readings';
  return { before: first.name, after: second.name, difference: null, refusal: `${other.name} ${why}` };
}
