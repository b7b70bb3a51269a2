import fc from 'fast-check';
import t from 'tap';
import type { Matrix } from '../../harness/matrix/matrix.ts';
import { MatrixError } from '../../harness/matrix/source/diagnostic.ts';
import { parseWorkload } from '../../harness/matrix/workload/workload-file.ts';
import { makePlan } from '../../harness/plan/plan.ts';
import { load, oneKernel, readProject } from '../matrix/fixture.ts';

const values = {
  config: ['plain', 'stats', 'dups', 'stats+dups'],
  vcpus: [1, 2, 4, 8, 64, 255],
  memory: ['512MiB', '1GiB', '2GiB'],
  'workload.instances': [1, 10, 100],
} as const;
type Axis = keyof typeof values;

const axes = fc.record({
  config: fc.shuffledSubarray([...values.config], { minLength: 1 }),
  vcpus: fc.shuffledSubarray([...values.vcpus], { minLength: 1 }),
  memory: fc.shuffledSubarray([...values.memory], { minLength: 1 }),
  'workload.instances': fc.shuffledSubarray([...values['workload.instances']], { minLength: 1 }),
});

const product = (table: Record<Axis, unknown[]>): number =>
  Object.values(table).reduce((count, list) => count * list.length, 1);

t.test('cells are the product less the excluded, each once', t => {
  const withExclude = axes.chain(table =>
    fc.tuple(
      fc.constant(table),
      fc.record({
        config: fc.subarray(table.config, { minLength: 1 }),
        vcpus: fc.subarray(table.vcpus, { minLength: 1 }),
      }),
    ),
  );
  fc.assert(
    fc.property(withExclude, ([table, exclude]) => {
      const gone =
        (product(table) / (table.config.length * table.vcpus.length)) *
        exclude.config.length *
        exclude.vcpus.length;
      fc.pre(gone < product(table));
      const matrix = load(
        `${oneKernel}axes: ${JSON.stringify(table)}\nexclude: [${JSON.stringify(exclude)}]\n`,
      );
      return (
        matrix.cells.length === product(table) - gone &&
        new Set(matrix.cells.map(cell => cell.id)).size === matrix.cells.length &&
        new Set(matrix.cells.map(cell => cell.label)).size === matrix.cells.length &&
        matrix.cells.every(
          cell =>
            !(exclude.config.includes(cell.config as never) && exclude.vcpus.includes(cell.vcpus as never)),
        )
      );
    }),
    { numRuns: 40 },
  );
  t.pass('40 matrices');
  t.end();
});

t.test('the order of axes and values changes no id', t => {
  fc.assert(
    fc.property(axes, table => {
      const ids = (one: object): string[] =>
        load(`${oneKernel}axes: ${JSON.stringify(one)}\n`).cells.map(cell => cell.id);
      const backwards = Object.fromEntries(
        Object.entries(table)
          .reverse()
          .map(([axis, list]) => [axis, [...list].reverse()]),
      );
      return ids(table).sort().join() === ids(backwards).sort().join();
    }),
    { numRuns: 30 },
  );
  t.pass('30 matrices');
  t.end();
});

t.test('a plan is a permutation in balanced blocks, and shards divide it', t => {
  fc.assert(
    fc.property(
      axes,
      fc.nat(0xffffffff),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (table, seed, repetitions, count) => {
        const compare = table.vcpus.length > 1 ? `compare: { axis: vcpus, base: ${table.vcpus[0]} }\n` : '';
        const matrix = load(`${oneKernel}axes: ${JSON.stringify(table)}\n${compare}`);
        const plan = makePlan(matrix, { seed, repetitions });
        const size = matrix.cells.length;
        const balanced = plan.trials.every(
          (trial, index) => trial.repetition === Math.floor(index / size) + 1 && trial.order === index,
        );
        const unique = new Set(plan.trials.map(trial => trial.id)).size === size * repetitions;
        return (
          plan.trials.length === size * repetitions &&
          balanced &&
          unique &&
          shardsCover(matrix, seed, repetitions, count)
        );
      },
    ),
    { numRuns: 40 },
  );
  t.pass('40 plans');
  t.end();
});

function shardsCover(matrix: Matrix, seed: number, repetitions: number, count: number): boolean {
  const groups =
    matrix.compare === undefined ? matrix.cells.length : matrix.cells.length / countVcpus(matrix);
  if (groups < count) return true;
  const shards = Array.from({ length: count }, (_, index) =>
    makePlan(matrix, { seed, repetitions, shard: { index: index + 1, count } }),
  );
  const whole = makePlan(matrix, { seed, repetitions });
  const orders = shards.flatMap(shard => shard.trials.map(trial => trial.order)).sort((a, b) => a - b);
  return orders.length === whole.trials.length && orders.every((order, index) => order === index);
}

function countVcpus(matrix: Matrix): number {
  return new Set(matrix.cells.map(cell => cell.vcpus)).size;
}

/** Any other exception than a MatrixError fails the property. */
function survives(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    const lines = error.diagnostics;
    return lines.length > 0 && lines.every(one => one.line >= 1 && one.column >= 1 && one.length >= 1);
  }
}

t.test('any text is a matrix or a MatrixError', t => {
  const quick = readProject('matrices/quick.yaml');
  const workload = readProject('guests/workloads/stress-ng.yaml');
  const token = fc.constantFrom(
    'kernels',
    'axes',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '1..8',
    'vcpus',
    '"',
    "'",
    '!!x',
    '|',
    '? ',
    '2GiB',
    '\t',
    '#',
    '%YAML 1.1',
    '---',
    '\u0000',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => survives(() => load(text))),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), tokens => survives(() => load(tokens.join('')))),
    { numRuns: 300 },
  );
  const damage = fc.tuple(fc.nat(), fc.nat(30), fc.array(token, { maxLength: 4 }));
  for (const [text, read] of [
    [quick, load],
    [workload, (damaged: string) => parseWorkload(damaged, { file: 'w.yaml' })],
  ] as const) {
    fc.assert(
      fc.property(damage, ([at, cut, tokens]) => {
        const start = at % text.length;
        return survives(() => read(text.slice(0, start) + tokens.join('') + text.slice(start + cut)));
      }),
      { numRuns: 150 },
    );
  }
  t.pass('900 texts');
  t.end();
});

t.test('any value anywhere is a matrix or a MatrixError', t => {
  const key = fc.constantFrom(
    'kernels',
    'configs',
    'axes',
    'exclude',
    'include',
    'trials',
    'compare',
    'gates',
    'require',
    'name',
    'workload',
    'vcpus',
    'memory',
    'config',
    'workload.instances',
    'lts',
    'debian',
    'tree',
    'looks',
    'axis',
    'base',
    'stress-ng',
    'timeout',
    '__proto__',
    'constructor',
  );
  const leaf = fc.oneof(
    fc.constantFrom(
      'stats',
      'plain',
      'lts',
      'xfs',
      '1..8',
      '2GiB',
      '5s',
      'stress-ng',
      '',
      'linux-source-6.12',
    ),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
    ),
  }));
  const top = fc.dictionary(key, tree, { maxKeys: 6 });
  fc.assert(
    fc.property(top, value => survives(() => load(JSON.stringify(value)))),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(top, value =>
      survives(() => load(JSON.stringify({ ...value, kernels: { lts: { debian: 'linux-source-6.12' } } }))),
    ),
    { numRuns: 300 },
  );
  t.pass('600 values');
  t.end();
});
