import { History, type HistoryCommit } from '../../../harness/bisect/search/history.ts';
import type { Random } from '../../../harness/random.ts';

/** A history with a change in it, and what its boots give. */
export interface World {
  history: History;
  /** Places of the changes, ascending; the first bad commit is the first. */
  changes: readonly number[];
  untestable: ReadonlySet<number>;
  /** A build of a commit is made. */
  build(place: number): void;
  /** How many cells there are; one by default. */
  cells?: number;
  /** One boot of a commit; of the first cell unless another is named. */
  boot(place: number, cell?: number): number;
}

/** A kind of data and history. */
export interface WorldKind {
  name: string;
  make(commits: number, random: Random): World;
  /** The search is told to go on where the ends do not differ. */
  trustEnds?: boolean;
}

export const buildSeconds = 120;
export const bootSeconds = 5;

type Draw = (random: Random) => number;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Marsaglia and Tsang 2000; for shapes of at least 1. */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normal(random);
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < z * z * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** By counting exponential gaps, halved where the rate is high. */
function poisson(rate: number, random: Random): number {
  let left = rate;
  let count = 0;
  while (left > 0) {
    left += Math.log(1 - random.uniform());
    if (left > 0) count++;
  }
  return count;
}

/** Counts with a variance of ten times their mean: a Poisson rate that is itself gamma. */
const overdispersed = (mean: number) => (random: Random) => poisson(9 * gamma(mean / 9, random), random);
/** Negative binomial with k = 1: as many zeros as there can be without an excess of them. */
const geometric = (mean: number) => (random: Random) => poisson(mean * gamma(1, random), random);
const rare = (probability: number) => (random: Random) =>
  random.uniform() < probability ? 1 + poisson(2, random) : 0;
const shifted = (deviations: number) => (random: Random) => 100 + deviations + normal(random);

/** Commits one after the other. */
export function linearHistory(commits: number): History {
  return new History(
    Array.from({ length: commits + 1 }, (_, place) => ({
      id: `c${place}`,
      parents: place === 0 ? [] : [place - 1],
      candidate: place > 0,
    })),
  );
}

/** A main line into which topic branches of 1 to 12 commits are merged; three of four commits are on branches. */
function mergingHistory(commits: number, random: Random): History {
  const list: HistoryCommit[] = [{ id: 'c0', parents: [], candidate: false }];
  const add = (...parents: number[]) => list.push({ id: `c${list.length}`, parents, candidate: true }) - 1;
  let main = 0;
  while (list.length <= commits - 14) {
    if (random.uniform() < 0.6) {
      main = add(main);
      continue;
    }
    const forks = list.length - 1 - random.integer(Math.min(list.length, 40));
    let tip = add(forks);
    for (let more = random.integer(12); more > 0; more--) tip = add(tip);
    main = add(main, tip);
  }
  while (list.length <= commits) main = add(main);
  return new History(list);
}

function world(history: History, changes: readonly number[], levels: readonly Draw[], random: Random): World {
  const behind = changes.map(change => (place: number) => history.ancestorsOf(place)[change] === 1);
  return {
    history,
    changes,
    untestable: new Set(),
    build: () => {},
    boot: place => levels[behind.filter(has => has(place)).length]!(random),
  };
}

const linear = new Map<number, History>();

/** One history of each length is enough: ancestors are kept in it. */
function sharedLine(commits: number): History {
  let history = linear.get(commits);
  if (history === undefined) {
    history = linearHistory(commits);
    linear.set(commits, history);
  }
  return history;
}

function oneChange(name: string, good: Draw, bad: Draw): WorldKind {
  return {
    name,
    make: (commits, random) => world(sharedLine(commits), [1 + random.integer(commits)], [good, bad], random),
  };
}

/** A level of the host that walks by .08 sd a boot. */
function drifting(name: string, deviations: number): WorldKind {
  return {
    name,
    make: (commits, random) => {
      let level = 0;
      const still = oneChange(name, shifted(0), shifted(deviations)).make(commits, random);
      return {
        ...still,
        boot: place => {
          level += 0.08 * normal(random);
          return still.boot(place) + level;
        },
      };
    },
  };
}

/** Every build has a level of its own, as the layout of its code may give it. */
function noisyBuilds(name: string, deviations: number): WorldKind {
  return {
    name,
    make: (commits, random) => {
      const levels = new Map<number, number>();
      const equal = oneChange(name, shifted(0), shifted(3)).make(commits, random);
      return {
        ...equal,
        build: place => levels.set(place, deviations * normal(random)),
        boot: place => equal.boot(place) + levels.get(place)!,
      };
    },
  };
}

const noChange: WorldKind = {
  name: 'no change, ends trusted',
  make: (commits, random) => world(sharedLine(commits), [], [shifted(0)], random),
  trustEnds: true,
};

/** A second change, which adds half of the first one again, somewhere else in the range. */
const thirdLevel: WorldKind = {
  name: 'third level: 3 sd and 1.5 sd more',
  make: (commits, random) => {
    const first = 1 + random.integer(commits - 1);
    const second = first + 1 + random.integer(commits - first);
    const levels = [shifted(0), shifted(3), shifted(4.5)];
    return world(sharedLine(commits), [first, second], levels, random);
  },
};

/** The change shows in the first cell only; the ends are alike in the two others. */
const threeCells: WorldKind = {
  name: 'three cells, 3 sd in one',
  make: (commits, random) => {
    const still = shifted(0);
    const telling = oneChange('', shifted(0), shifted(3)).make(commits, random);
    return {
      ...telling,
      cells: 3,
      boot: (place, cell = 0) => (cell === 0 ? telling.boot(place) : still(random)),
    };
  },
};

/** A twelfth of the commits cannot be tested: half of these alone, half in rows of eight. */
const skipsAndMerges: WorldKind = {
  name: 'skips and merges, 3 sd',
  make: (commits, random) => {
    const history = mergingHistory(commits, random);
    const change = 1 + random.integer(history.bad);
    const untestable = new Set<number>();
    while (untestable.size < commits / 24) untestable.add(1 + random.integer(commits - 1));
    while (untestable.size < commits / 12) {
      const start = 1 + random.integer(commits - 8);
      for (let place = start; place < start + 8; place++) untestable.add(place);
    }
    return { ...world(history, [change], [shifted(0), shifted(3)], random), untestable };
  },
};

export const kinds: readonly WorldKind[] = [
  oneChange(
    'deterministic',
    () => 39,
    () => 40,
  ),
  oneChange('3 sd', shifted(0), shifted(3)),
  oneChange('2 sd', shifted(0), shifted(2)),
  oneChange('1.5 sd', shifted(0), shifted(1.5)),
  oneChange('counts 80 to 120, variance 10 means', overdispersed(80), overdispersed(120)),
  oneChange('P(nonzero) .05 to .6', rare(0.05), rare(0.6)),
  oneChange('P(nonzero) 0 to .3', rare(0), rare(0.3)),
  oneChange('negative binomial k=1, 8 to 32', geometric(8), geometric(32)),
  drifting('3 sd, host drifts .08 sd a boot', 3),
  thirdLevel,
  skipsAndMerges,
  threeCells,
  noisyBuilds('3 sd, each build .5 sd of its own', 0.5),
  noisyBuilds('3 sd, each build 1 sd of its own', 1),
  noChange,
];
