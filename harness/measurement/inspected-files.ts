import type { Inspection } from './inspection.ts';
import { type StatsDifference, statsDifference } from './module-stats/stats-difference.ts';

/** A file and what it says. */
export interface InspectedFile {
  /** Path, `-` for standard input. */
  name: string;
  inspection: Inspection;
}

/** A file of a folder that could not be inspected. */
export interface PassedOver {
  name: string;
  /** A sentence that names the file. */
  reason: string;
}

/** Two files as two moments of one kernel. */
export interface FilePair {
  /** Name of the first file. */
  before: string;
  /** Name of the second file. */
  after: string;
  /** What grew in between; null if the two cannot be compared. */
  difference: StatsDifference | null;
  /** Why there is no difference. */
  refusal?: string;
}

/** What several files say. */
export interface InspectedFiles {
  files: InspectedFile[];
  passedOver: PassedOver[];
  /** If two of the files are moments, or one of only two. */
  pair?: FilePair | undefined;
}

/**
 * Takes the only two stats texts as two moments, the first as the earlier one; a text that holds two moments itself is
 * none of them. Undefined if there are none, one or more than two; for two files of which only one is a moment it says
 * why there is no difference.
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
      return { ...pair, difference: null, refusal: 'no counter is in both texts' };
    const [fell] = difference.findings;
    return fell ? { ...pair, difference: null, refusal: fell.message } : { ...pair, difference };
  }
  const [first, second] = files;
  if (!first || !second || files.length !== 2 || !before) return undefined;
  const other = first.name === before.name ? second : first;
  const why =
    other.inspection.kind === 'log' ? 'is a kernel log and no stats text' : 'holds two moments itself';
  return { before: first.name, after: second.name, difference: null, refusal: `${other.name} ${why}` };
}
