/** A run of a folder: what the decision to keep it depends on. */
export interface StoredRun {
  /** Name of its folder, which begins with the time of its start. */
  name: string;
  /** Start, in ms since the epoch. */
  startedMs: number;
  /** The process that is writing its journal; undefined if there is none. */
  writer: string | undefined;
}

/** The runs to remove, and the old ones to keep, each with the reason. */
export interface Retention {
  removed: StoredRun[];
  kept: { run: StoredRun; reason: string }[];
}

/**
 * Selects the runs of a folder to remove: those that began before a given time, except the newest, those that are being
 * written, and those from which a baseline was saved. Pure.
 * @param before in ms since the epoch
 * @param baselines name of a run to the name of the baseline saved from it
 */
export function chooseRuns(
  runs: readonly StoredRun[],
  before: number,
  baselines: ReadonlyMap<string, string>,
): Retention {
  const newest = Math.max(...runs.map(({ startedMs }) => startedMs));
  const retention: Retention = { removed: [], kept: [] };
  for (const run of runs.filter(({ startedMs }) => startedMs < before)) {
    const reason = reasonToKeep(run, newest, baselines);
    if (reason === undefined) retention.removed.push(run);
    else retention.kept.push({ run, reason });
  }
  return retention;
}

function reasonToKeep(
  { name, startedMs, writer }: StoredRun,
  newest: number,
  baselines: ReadonlyMap<string, string>,
): string | undefined {
  const baseline = baselines.get(name);
  if (baseline !== undefined) return `the baseline ${baseline} was saved from it`;
  if (writer !== undefined) return `it is being written by ${writer}`;
  return startedMs === newest ? 'it is the newest run' : undefined;
}
