/** Axes added in later versions, with the values that runs of earlier versions implicitly had. */
const laterDefaults: Readonly<Record<string, string>> = { clock: 'host' };

/** The settings without those that an earlier version did not have, so that equal cells of both versions are equal. */
export function withoutLaterDefaults(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter(([axis, value]) => laterDefaults[axis] !== value),
  );
}

/**
 * The key of cells that are compared with each other: they are equal in every setting except those of the compared axis.
 * Used both for shards, which keep such cells on one host, and for pairs.
 * @param axis undefined to leave nothing out
 */
export function comparisonGroup(
  settings: Readonly<Record<string, string>>,
  axis: string | undefined,
): string {
  const others = Object.entries(withoutLaterDefaults(settings)).filter(
    ([setting]) => !belongsToAxis(setting, axis),
  );
  return JSON.stringify(others.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether an axis varies a setting: another workload has parameters of its own. */
export function belongsToAxis(setting: string, axis: string | undefined): boolean {
  return setting === axis || (axis === 'workload' && setting.startsWith('workload.'));
}
