import t from 'tap';
import { chooseCell, chooseMetric } from '../../../harness/bisect/bisection/subject.ts';
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
  t.match(chooseCell(matrix, ['vcpus=4']), { vcpus: 4 });
  t.throws(() => chooseCell(matrix, []), { code: 'BISECT_CELL', hint: /vcpus=2.*vcpus=4/ });
  t.throws(() => chooseCell(matrix, ['vcpus=8']), { code: 'FILTER_SELECTS_NOTHING' });
  t.end();
});

t.test('a metric says which way is bad, or is told', t => {
  const storm = workloads.get('storm')!;
  const choose = (name: string, fixed = false, given?: 'higher' | 'lower') =>
    chooseMetric(name, storm, { fixed, given });
  t.equal(choose('wasted_bytes').worse, 'higher');
  t.equal(choose('wasted_bytes', true).worse, 'lower', 'what mended it makes it lower');
  t.equal(choose('failed_boots').worse, 'higher');
  t.equal(choose('wasted_bytes', false, 'lower').worse, 'lower');
  t.throws(() => choose('wasted_byte'), { code: 'BISECT_METRIC', hint: /wasted_bytes/ });
  t.throws(() => choose('attempts'), { code: 'BISECT_METRIC', message: /which direction/ });
  t.equal(choose('attempts', false, 'lower').worse, 'lower');
  t.end();
});
