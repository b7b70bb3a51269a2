/**
 * Holm's step-down adjustment (1979): controls the chance of any false alarm in the family, under any dependence.
 * @param values raw p-values that have data
 * @param declared size of the family as declared; hypotheses without data count as if their p were 1
 * @returns adjusted p-values in the given order
 */
export function holm(values: readonly number[], declared = values.length): number[] {
  const size = Math.max(declared, values.length);
  const order = ascendingEntries(values);
  const adjusted = new Array<number>(values.length);
  let running = 0;
  for (const [rank, [index, value]] of order.entries()) {
    running = Math.max(running, Math.min(1, (size - rank) * value));
    adjusted[index] = running;
  }
  return adjusted;
}

/** Index and value of each value from the smallest to the largest; equal values keep their order. */
export function ascendingEntries(values: readonly number[]): [number, number][] {
  return [...values.entries()].sort(([i, a], [j, b]) => a - b || i - j);
}
