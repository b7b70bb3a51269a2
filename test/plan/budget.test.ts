import t from 'tap';
import { chooseWithin, wallTimeNs } from '../../harness/plan/budget.ts';
import { load, oneKernel } from '../matrix/fixture.ts';

const text = `${oneKernel}axes: { config: [stats, stats+dups], vcpus: [1, 2, 4, 8] }\ncompare: { axis: config, base: stats }\n`;
const estimate = { accelerator: 'tcg', hostCores: 2 } as const;
const choose = (trials: string, seconds: number, hosts: number) =>
  chooseWithin(
    load(`${text}trials: ${trials}\n`),
    { seed: 1 },
    { wallNs: seconds * 1e9, hosts },
    { ...estimate, measuredNs: new Map(load(text).cells.map(({ id }) => [id, 10e9])), jobs: 1 },
  );

t.test('a budget that pays for everything takes the fewest hosts', async t => {
  // 8 cells with 10 boots of 10 s: 800 s on one host.
  const one = choose('10', 800, 4);
  t.equal(one.repetitions, 10);
  t.equal(one.shards.length, 1);
  t.equal(wallTimeNs(one.shards), 800e9);
  const two = choose('10', 400, 9);
  t.equal(two.repetitions, 10);
  t.equal(two.shards.length, 2);
});

t.test('a smaller one takes all hosts, and as many boots as it pays for', async t => {
  const { repetitions, shards } = choose('10', 150, 2);
  t.equal(shards.length, 2);
  t.equal(repetitions, 3, '4 cells with 3 boots of 10 s on each host');
  t.equal(choose('10', 65, 100).repetitions, 3, 'more hosts than groups are no use');
});

t.test('looks are not cut in two', async t => {
  t.equal(choose('{ looks: [4, 6, 9] }', 80 * 9, 1).repetitions, 9);
  t.equal(choose('{ looks: [4, 6, 9] }', 80 * 8, 1).repetitions, 6);
  t.equal(choose('{ looks: [4, 6, 9] }', 80 * 4, 1).repetitions, 4);
  t.throws(() => choose('{ looks: [4, 6, 9] }', 80 * 3, 1), {
    code: 'BUDGET_SMALL',
    message: '4 min 00 s on 1 host is too little: 4 boots of each cell take about 5 min 20 s',
  });
  t.throws(() => choose('5', 79, 1), { code: 'BUDGET_SMALL', message: /1 boot of each cell/ });
});
