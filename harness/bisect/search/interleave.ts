import { makeRandom } from '../../random.ts';
import type { Action, BootTarget } from './action.ts';
import type { Ledger } from './ledger.ts';

/**
 * One more boot of a side that has had the fewest. Which of several is drawn from the seed and the number of boots so far, so
 * that a slow drift of the host meets all sides alike and no side is always the first.
 */
export function interleave(
  ledger: Ledger,
  sides: readonly { target: BootTarget; boots: number }[],
): Extract<Action, { kind: 'boot' }> {
  const fewest = Math.min(...sides.map(({ boots }) => boots));
  const behind = sides.filter(({ boots }) => boots === fewest);
  const random = makeRandom(ledger.options.seed + ledger.spent.boots);
  // biome-ignore lint/style/noNonNullAssertion: what is drawn is below the length
  return { kind: 'boot', ...behind[random.integer(behind.length)]!.target };
}
