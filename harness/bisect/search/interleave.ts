import { makeRandom } from '../../random.ts';
import type { Action, BootTarget } from './action.ts';
import type { Ledger } from './ledger.ts';

/**
 * Another boot of the side with the fewest. Ties are broken at random, from the seed and the number of boots so far, so that
 * a slow drift of the host affects all sides equally and no side is always first.
 */
export function interleave(
  ledger: Ledger,
  sides: readonly { target: BootTarget; boots: number }[],
): Extract<Action, { kind: 'boot' }> {
  const fewest = Math.min(...sides.map(({ boots }) => boots));
  const behind = sides.filter(({ boots }) => boots === fewest);
  const random = makeRandom(ledger.options.seed + ledger.spent.boots);
  // biome-ignore lint/style/noNonNullAssertion: the drawn index is below the length
  return { kind: 'boot', ...behind[random.integer(behind.length)]!.target };
}
