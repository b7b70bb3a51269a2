import { bootSeconds, buildSeconds, type World } from './world.ts';

/** How a search in a world ended, and what it cost. */
export interface Outcome {
  verdict: 'correct' | 'wrong' | 'undecided';
  builds: number;
  boots: number;
  seconds: number;
}

/** Right when the change, or one of several, is among the commits that are named; undecided when none are. */
export function outcomeOf(
  world: World,
  named: readonly number[] | undefined,
  spent: { builds: number; boots: number },
): Outcome {
  const right = world.changes.some(place => named?.includes(place));
  return {
    verdict: named === undefined ? 'undecided' : right ? 'correct' : 'wrong',
    builds: spent.builds,
    boots: spent.boots,
    seconds: spent.builds * buildSeconds + spent.boots * bootSeconds,
  };
}
