import { ascendingOrder } from './holm.ts';

/**
 * Benjamini and Hochberg's step-up adjustment (1995): bounds the expected share of false alarms among the alarms, when
 * the tests are independent or positively dependent. For reports, not for the gate.
 * @param values raw p-values that have data
 * @param declared size of the family as declared; hypotheses without data count as if their p were 1
 * @returns adjusted p-values in the order given
 */
export function benjaminiHochberg(values: readonly number[], declared = values.length): number[] {
  const size = Math.max(declared, values.length);
  const order = ascendingOrder(values);
  const adjusted = new Array<number>(values.length);
  let running = 1;
  for (let rank = order.length; rank > 0; rank--) {
    const index = order[rank - 1]!;
    running = Math.min(running, (size / rank) * values[index]!);
    adjusted[index] = running;
  }
  return adjusted;
}
