import { ascendingEntries } from './holm.ts';

/**
 * Benjamini and Hochberg's step-up adjustment (1995): bounds the expected share of false alarms among the alarms if
 * the tests are independent or positively dependent. For reports, not for the gate.
 * @param values raw p-values that have data
 * @param declared size of the family as declared; hypotheses without data count as if their p were 1
 * @returns adjusted p-values in the given order
 */
export function benjaminiHochberg(values: readonly number[], declared = values.length): number[] {
  const size = Math.max(declared, values.length);
  const adjusted = new Array<number>(values.length);
  let running = 1;
  let rank = values.length;
  for (const [index, value] of ascendingEntries(values).reverse()) {
    running = Math.min(running, (size / rank) * value);
    adjusted[index] = running;
    rank--;
  }
  return adjusted;
}
