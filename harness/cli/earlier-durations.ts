import { HarnessError, isSystemError } from '../errors.ts';
import type { Cell } from '../matrix/matrix.ts';
import type { TrialRecord } from '../measurement/record.ts';
import { readHostEnvironment } from '../store/environment.ts';
import { listRuns, type RunFolder } from '../store/run-folder.ts';

/** At most this many of the newest runs are read: old ones say little about the host as it is now. */
const mostRuns = 8;

/**
 * How long boots of these cells took in earlier runs on a host with the same CPU, by cell ID: the median of the boots that passed,
 * in ns. Runs that cannot be read are skipped.
 */
export async function earlierDurations(
  results: string,
  cells: readonly Cell[],
  accelerator: 'kvm' | 'tcg',
): Promise<Map<string, number>> {
  const wanted = new Set(cells.map(({ id }) => id));
  const durations = new Map<string, number[]>();
  for (const folder of (await listRuns(results)).slice(0, mostRuns)) {
    for (const { cell, outcome, durationNs } of await likeRecords(folder, accelerator)) {
      if (outcome.kind !== 'passed' || !wanted.has(cell)) continue;
      durations.set(cell, [...(durations.get(cell) ?? []), durationNs]);
    }
  }
  return new Map([...durations].map(([cell, list]) => [cell, medianOf(list)]));
}

/** The trials of a run on a host like this one; none if it is another, or cannot be read. */
async function likeRecords(folder: RunFolder, accelerator: 'kvm' | 'tcg'): Promise<readonly TrialRecord[]> {
  try {
    const run = await folder.readRun();
    const alike =
      run.accelerator.accelerator === accelerator && run.host.cpuModel === readHostEnvironment().cpuModel;
    return alike ? (await folder.load()).records : [];
  } catch (error) {
    if (error instanceof HarnessError || isSystemError(error)) return [];
    throw error;
  }
}

function medianOf(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  const upper = ordered[middle] ?? 0;
  return ordered.length % 2 === 1 ? upper : ((ordered[middle - 1] ?? upper) + upper) / 2;
}
