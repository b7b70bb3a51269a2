import { makeRandom } from '../../harness/random.ts';
import { makeSample, type Sample } from '../../harness/statistics/samples/sample.ts';
import { compareMetric } from '../../harness/statistics/verdicts/comparison.ts';

/*
 * How long one metric takes to be compared that has very many values. The promise is under 5 s for a million tied ones.
 * Not a test: run it by hand on a quiet machine, `node build/test/bench/ranks.bench.js`.
 */
const range = (length: number, value: (index: number) => number): Sample =>
  makeSample(Array.from({ length }, (_, index) => value(index)));

const half = 500_000;
const counts = (shift: number) => range(half, index => Math.max(0, (index % 9) - 6 + shift));
const rare = (hits: number) => range(half, index => Number(index < hits));
const few = (size: number, among: number) => range(size, index => among - (index * among) / 4 / size - 0.5);
const halved = (sample: Sample) => makeSample(sample.ordered.map(value => Math.floor(Number(value) / 2)));

const cases: Record<string, [base: Sample, candidate: Sample]> = {
  'two times 500 000 counts of 0 to 3': [counts(0), counts(1)],
  'two times 500 000 counts, of which 30 are not zero': [rare(5), rare(25)],
  '2 against 5001': [few(2, 5001), range(5001, index => index)],
  '8 against 5000': [few(8, 5000), range(5000, index => index)],
  '8 against 5000, tied in pairs': [halved(few(8, 5000)), halved(range(5000, index => index))],
  '8 against 50 000': [few(8, 50_000), range(50_000, index => index)],
  '50 against 1000': [few(50, 1000), range(1000, index => index)],
};
for (const [name, [base, candidate]] of Object.entries(cases)) {
  for (const kind of ['count', 'time'] as const) {
    const before = process.cpuUsage();
    const { test } = compareMetric({
      class: kind,
      worse: 'higher',
      gate: { atLeast: 1, relative: 0 },
      base,
      candidate,
      random: makeRandom(1),
    });
    const { user, system } = process.cpuUsage(before);
    const seconds = ((user + system) / 1e6).toFixed(2);
    process.stdout.write(`${name}, ${kind}: ${seconds} s, ${test?.name}, p ${test?.p?.toPrecision(6)}\n`);
  }
}
