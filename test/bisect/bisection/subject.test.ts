import t from 'tap';
import { chooseCells, chooseMetric } from '../../../harness/bisect/bisection/subject.ts';
import { readWorkloads } from '../../../harness/cli/inputs.ts';
import { loadMatrix } from '../../../harness/matrix/load.ts';

const workloads = await readWorkloads();
const matrix = loadMatrix(
  `kernels:
  one: { debian: linux-source-6.12 }
  two: { debian: linux-source-6.12, patches: [p.patch] }
axes: { kernel: [one, two], vcpus: [2, 4] }
workload: storm
trials: 3
`,
  { file: 'm.yaml', workloads, fragments: ['stats'] },
);

t.test('cells that differ in the kernel alone are one', t => {
  t.match(chooseCells(matrix, ['vcpus=4'], 1), [{ vcpus: 4 }]);
  t.match(chooseCells(matrix, [], 2), [{ vcpus: 2 }, { vcpus: 4 }]);
  t.throws(() => chooseCells(matrix, [], 1), { code: 'BISECT_CELL', hint: /one.*vcpus=2.*vcpus=4/ });
  t.throws(() => chooseCells(matrix, ['vcpus=8'], 4), { code: 'FILTER_SELECTS_NOTHING' });
  t.end();
});

t.test('a metric says which way is bad, or is told', t => {
  const storm = workloads.get('storm')!;
  const choose = (name: string, fixed = false, given?: 'higher' | 'lower') =>
    chooseMetric(name, [storm], { fixed, given });
  t.equal(choose('wasted_bytes').worse, 'higher');
  t.equal(choose('wasted_bytes', true).worse, 'lower', 'what mended it makes it lower');
  t.equal(choose('failed_boots').worse, 'higher');
  t.equal(choose('wasted_bytes', false, 'lower').worse, 'lower');
  t.throws(() => choose('wasted_byte'), { code: 'BISECT_METRIC', hint: /wasted_bytes/ });
  t.throws(() => choose('attempts'), { code: 'BISECT_METRIC', message: /which direction/ });
  t.equal(choose('attempts', false, 'lower').worse, 'lower');
  const other = { ...storm, name: 'other', metrics: [] };
  const own = storm.metrics[0]!.name;
  t.doesNotThrow(() => chooseMetric(own, [storm], { fixed: false, given: 'higher' }));
  t.throws(() => chooseMetric(own, [storm, other], { fixed: false, given: 'higher' }), {
    code: 'BISECT_METRIC',
  });
  t.end();
});
