/** The values of one side or cell. */
export interface Strip {
  label: string;
  values: readonly number[];
}

/** Characters for one, two and more values at one position. */
const signs = ['.', ':', '#'];

/**
 * Samples in plain text, one line per strip, all on one scale: `base |  .: .#   |`. Empty if nothing varies or there is no
 * space.
 * @param ends the labels of the smallest and the largest value
 */
export function stripPlot(
  strips: readonly Strip[],
  ends: (value: number) => string,
  width: number,
): string[] {
  const values = strips.flatMap(one => one.values);
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const labels = Math.max(0, ...strips.map(({ label }) => label.length));
  const room = width - labels - 3;
  if (!(high > low) || room < 10) return [];
  const lines = strips.map(strip => {
    const counts = new Array<number>(room).fill(0);
    for (const value of strip.values) {
      const place = Math.min(room - 1, Math.floor(((value - low) / (high - low)) * room));
      counts[place] = (counts[place] ?? 0) + 1;
    }
    const dots = counts.map(count => (count === 0 ? ' ' : signs[Math.min(count, signs.length) - 1]));
    return `${strip.label.padEnd(labels)} |${dots.join('')}|`;
  });
  const [from, to] = [ends(low), ends(high)];
  return [...lines, `${' '.repeat(labels + 2)}${from}${to.padStart(Math.max(1, room - from.length))}`];
}
