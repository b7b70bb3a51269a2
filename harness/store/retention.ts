/** A run of a folder, as far as the decision to keep it needs it. */
export interface StoredRun {
  /** Name of its folder, which begins with the time of its start. */
  name: string;
  /** Start, in ms since the epoch. */
  startedMs: number;
  /** Who is writing its journal; undefined if nobody is. */
  writer: string | undefined;
}

/** The runs that go, and the old ones that stay, each with the reason. */
export interface Retention {
  removed: StoredRun[];
  kept: { run: StoredRun; reason: string }[];
}

/**
 * Which runs of a folder are removed: those that began before a time, except the newest, those that are being written, and
 * those from which a baseline was saved. Pure.
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
