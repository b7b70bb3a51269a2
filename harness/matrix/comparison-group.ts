/** Axes that came with a later version: runs of earlier ones say nothing of them, and had these values. */
const laterDefaults: Readonly<Record<string, string>> = { clock: 'host' };

/** The settings without those that an earlier version would not have named: equal cells of both are equal here. */
export function withoutLaterDefaults(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter(([axis, value]) => laterDefaults[axis] !== value),
  );
}

/**
 * The key of the cells that are compared with each other: equal in every setting but those of the compared axis. Shards
 * keep such cells on one host and pairs are made of them, so both ask here.
 * @param axis undefined when nothing is left out
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

/** Whether a setting is part of what an axis varies: another workload brings parameters of its own. */
export function belongsToAxis(setting: string, axis: string | undefined): boolean {
  return setting === axis || (axis === 'workload' && setting.startsWith('workload.'));
}
