/**
 * Holm's step-down adjustment (1979): controls the chance of any false alarm in the family, under any dependence.
 * @param values raw p-values that have data
 * @param declared size of the family as declared; hypotheses without data count as if their p were 1
 * @returns adjusted p-values in the order given
 */
export function holm(values: readonly number[], declared = values.length): number[] {
  const size = Math.max(declared, values.length);
  const order = ascendingOrder(values);
  const adjusted = new Array<number>(values.length);
  let running = 0;
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, Math.min(1, (size - rank) * values[index]!));
    adjusted[index] = running;
  }
  return adjusted;
}

/** Indices of the values from the smallest to the largest; equal values keep their order. */
export function ascendingOrder(values: readonly number[]): number[] {
  return values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b);
}
