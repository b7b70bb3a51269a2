import { groupBy } from '../statistics/samples/group.ts';

/** Items that differ in one numeric axis, in its order. */
export interface AxisSeries<Item> {
  axis: string;
  /** The settings that its items share and that other series do not have. */
  name: string;
  points: { value: number; item: Item }[];
}

type Settings = Readonly<Record<string, string>>;

/**
 * Cells or pairs as series over a numeric axis, the first one with at least two values, preferably `vcpus`. Undefined if there
 * is none.
 */
export function axisSeries<Item>(
  items: readonly Item[],
  settingsOf: (item: Item) => Settings,
): AxisSeries<Item>[] | undefined {
  const settings = items.map(settingsOf);
  const axes = differingAxes(settings);
  const axis = ['vcpus', ...axes].find(name => axes.includes(name) && isNumeric(settings, name));
  if (axis === undefined) return undefined;
  const others = axes.filter(name => name !== axis);
  const nameOf = (item: Item) => others.map(name => `${name}=${settingsOf(item)[name] ?? '-'}`).join(' ');
  const series = [...groupBy(items, nameOf)].map(([name, some]) => ({
    axis,
    name,
    points: some
      .map(item => ({ value: Number(settingsOf(item)[axis]), item }))
      .sort((a, b) => a.value - b.value),
  }));
  // Two items with the same value do not form a series: they differ in something else.
  return series.some(({ points }) => new Set(points.map(({ value }) => value)).size < points.length)
    ? undefined
    : series;
}

/** The settings in which some cells differ. */
function differingAxes(settings: readonly Settings[]): string[] {
  const names = new Set(settings.flatMap(one => Object.keys(one)));
  return [...names].filter(name => new Set(settings.map(one => one[name])).size > 1);
}

function isNumeric(settings: readonly Settings[], axis: string): boolean {
  return settings.every(one => /^\d+(?:\.\d+)?$/.test(one[axis] ?? ''));
}
