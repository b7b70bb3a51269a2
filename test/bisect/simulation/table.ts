import { makeRandom } from '../../../harness/random.ts';
import { playBayesSearch } from './bayes-search.ts';
import { majorityOf, playGitBisect, sequentialTest } from './git-bisect.ts';
import type { Outcome } from './outcome.ts';
import { playSearch } from './search.ts';
import type { World, WorldKind } from './world.ts';

/** A way to search for the first bad commit. */
export interface Scheme {
  name: string;
  play(world: World, seed: number, kind: WorldKind): Outcome;
}

export const modstorm: Scheme = {
  name: 'modstorm bisect',
  play: (world, seed, { trustEnds = false }) => playSearch(world, { seed, trustEnds }),
};

export const rivals: readonly Scheme[] = [
  { name: 'git bisect run', play: world => playGitBisect(world, majorityOf(1)) },
  { name: 'best of 11', play: world => playGitBisect(world, majorityOf(11)) },
  { name: 'SPRT per step', play: world => playGitBisect(world, sequentialTest) },
  { name: 'bayesect-like', play: world => playBayesSearch(world) },
];

/** Shares of the outcomes in percent, and means of what they cost. */
export interface Row {
  correct: number;
  wrong: number;
  undecided: number;
  builds: number;
  boots: number;
  seconds: number;
}

/** Plays a scheme in many worlds of one kind; the same seed gives every scheme the same worlds. */
export function simulate(scheme: Scheme, kind: WorldKind, commits: number, worlds: number, seed = 0): Row {
  const row: Row = { correct: 0, wrong: 0, undecided: 0, builds: 0, boots: 0, seconds: 0 };
  for (let index = 0; index < worlds; index++) {
    const world = kind.make(commits, makeRandom(seed + index));
    const outcome = scheme.play(world, seed + index, kind);
    row[outcome.verdict] += 100 / worlds;
    for (const cost of ['builds', 'boots', 'seconds'] as const) row[cost] += outcome[cost] / worlds;
  }
  return row;
}
