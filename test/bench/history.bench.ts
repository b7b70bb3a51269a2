import { makeRandom, type Random } from '../../harness/random.ts';
import { shuffleInPlace } from '../../harness/statistics/samples/random-source.ts';
import { findChangePoints } from '../../harness/statistics/series/change-point.ts';
import { separateDrift } from '../../harness/statistics/series/slow-drift.ts';
import { draws, normal } from '../statistics/generators.ts';

/*
 * How long the search of a history takes for a series of 200 nights, and for 4000 of them, against E-divisive as it is
 * written down: 999 permutations of every split, each with a table of distances of its own.
 * Not a test: run it by hand on a quiet machine, `node build/test/bench/history.bench.js`.
 */
const nights = 200;
const manySeries = 4000;
const least = 3;

/** The largest scaled energy distance over all splits, from a table of sums of all distances. */
function plainStatistic(points: readonly number[]): { at: number; statistic: number } {
  const size = points.length;
  const width = size + 1;
  const sums = new Float64Array(width * width);
  points.forEach((point, i) => {
    let row = 0;
    points.forEach((other, j) => {
      row += Math.abs(point - other);
      sums[(i + 1) * width + j + 1] = sums[i * width + j + 1]! + row;
    });
  });
  const block = (top: number, bottom: number, left: number, right: number) =>
    sums[bottom * width + right]! -
    sums[top * width + right]! -
    sums[bottom * width + left]! +
    sums[top * width + left]!;
  let best = { at: 0, statistic: Number.NEGATIVE_INFINITY };
  for (let at = least; at + least <= size; at++) {
    const left = block(0, at, 0, at) / (at * (at - 1));
    for (let end = at + least; end <= size; end++) {
      const right = end - at;
      const between = (2 * block(0, at, at, end)) / (at * right);
      const inside = block(at, end, at, end) / (right * (right - 1));
      const statistic = ((at * right) / (at + right)) * (between - left - inside);
      if (statistic > best.statistic) best = { at, statistic };
    }
  }
  return best;
}

/** E-divisive without any shortcut but to stop where p must exceed 0.001. */
function plainSearch(points: readonly number[], random: Random): number {
  if (points.length < 2 * least) return 0;
  const best = plainStatistic(points);
  for (let round = 1; round <= 999; round++) {
    const shuffled = [...points];
    shuffleInPlace(shuffled, random);
    if (plainStatistic(shuffled).statistic >= best.statistic) return 0;
  }
  return 1 + plainSearch(points.slice(0, best.at), random) + plainSearch(points.slice(best.at), random);
}

/** Processor milliseconds that each of so many calls takes. */
function millisecondsEach(times: number, work: (round: number) => void): number {
  const before = process.cpuUsage();
  for (let round = 0; round < times; round++) work(round);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

const shapes: Record<string, (night: number) => number> = {
  quiet: () => 0,
  'a step of 3 sd': night => (night < 100 ? 0 : 3),
  'a step of 1 sd': night => (night < 100 ? 0 : 1),
  'a drift of 3 sd': night => (3 * night) / nights,
};
for (const [name, level] of Object.entries(shapes)) {
  const random = makeRandom(1);
  const make = () => draws(nights, normal, random).map((noise, night) => noise + level(night));
  const series = Array.from({ length: 100 }, make);
  const search = (points: readonly number[]) =>
    separateDrift(points, findChangePoints(points, { random: makeRandom(2) }));
  millisecondsEach(20, round => search(series[round]!));
  const now = millisecondsEach(series.length, round => search(series[round]!));
  const plain = millisecondsEach(10, round => plainSearch(series[round]!, makeRandom(2)));
  process.stdout.write(
    `${name}: ${now.toFixed(1)} ms a series, ${((now * manySeries) / 1000).toFixed(0)} s for ${manySeries}; ` +
      `plain E-divisive ${plain.toFixed(0)} ms, ${(plain / now).toFixed(0)} times as long\n`,
  );
}
