import { type Side, sideOfRun } from '../../harness/judgement/side.ts';
import type { Cell } from '../../harness/matrix/matrix.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent } from '../fakes/run-folder-fixture.ts';

/** Two cells that differ in config, and one of more CPUs. */
export const cells = [fakeCell('a', 'stats', 2), fakeCell('b', 'stats+dups', 2), fakeCell('c', 'stats', 8)];

/** A run of these cells with random values. */
export function makeContent(some: readonly Cell[] = cells, boots = 8) {
  return fakeRunContent({
    run: fakeRun(),
    cells: some,
    repetitions: boots,
    measure: (_, random) => ({ wasted_bytes: random.integer(1000), boot_ns: 1e9 + random.integer(1e6) }),
  });
}

/** The same run as a side. */
export function makeSide(some?: readonly Cell[], boots?: number): Side {
  return sideOfRun(makeContent(some, boots));
}
