import t from 'tap';
import { parse } from 'yaml';
import { nightMatrix } from '../../../harness/ci/night/night-matrix.ts';
import { loadStorm } from './fake-lab.ts';

const text = `# What this asks.
name: mine
kernels:
  lts: { debian: linux-source-6.12 }
  other: { tree: linux, rev: v6.18 }
configs: { preempt: fragments/preempt.config }
axes:
  vcpus: [1, 2, 4]   # three sizes
  kernel: [lts, { new: other }]
exclude:
  - { kernel: lts, vcpus: 4 }
  - { kernel: [other], vcpus: 1 }
  - { vcpus: 2 }
include:
  - { vcpus: 8 }
  - { kernel: other, vcpus: 16 }
workload: storm
trials: { looks: [8, 12] }
compare: { axis: vcpus, base: 1 }
`;

const wanted = {
  ...{ text, folder: '/home/me', name: 'mine-lts', base: 'lts-base', trials: 12 },
  kernels: {
    'lts-base': { kind: 'debian', package: 'linux-source-6.12', version: '6.12.1-1' },
    lts: { kind: 'debian', package: 'linux-source-6.12', version: '6.12.2-1' },
  },
  standIns: { lts: ['lts-base', 'lts'] },
} as const;

t.test('the matrix of a night keeps all but the kernels and what is asked of them', t => {
  const made = nightMatrix(wanted);
  t.match(made, '# What this asks.');
  t.match(made, '# three sizes');
  t.match(parse(made), {
    name: 'mine-lts',
    kernels: {
      'lts-base': { debian: 'linux-source-6.12', version: '6.12.1-1' },
      lts: { debian: 'linux-source-6.12', version: '6.12.2-1' },
    },
    configs: { preempt: '/home/me/fragments/preempt.config' },
    axes: { vcpus: [1, 2, 4], kernel: ['lts-base', 'lts'] },
    exclude: [{ kernel: ['lts-base', 'lts'], vcpus: 4 }, { vcpus: 2 }],
    include: [{ vcpus: 8, kernel: ['lts-base', 'lts'] }],
    trials: 12,
    compare: { axis: 'kernel', base: 'lts-base' },
  });
  t.end();
});

t.test('it can be loaded, and each cell exists for each kernel', t => {
  const { matrix } = loadStorm(nightMatrix({ ...wanted, text: text.replace(/^configs.*\n/m, '') }));
  t.strictSame(matrix.cells.map(({ kernel, vcpus }) => `${kernel} ${vcpus}`).sort(), [
    'lts 1',
    'lts 8',
    'lts-base 1',
    'lts-base 8',
  ]);
  t.end();
});

t.test('without a base there is nothing to compare, and one kernel', t => {
  const { lts } = wanted.kernels;
  const made = parse(
    nightMatrix({ ...wanted, kernels: { lts }, standIns: { lts: ['lts'] }, base: undefined }),
  );
  t.strictSame(made.axes.kernel, ['lts']);
  t.equal(made.compare, undefined);
  t.end();
});

t.test('a single kernel that no axis names becomes an axis', t => {
  const single = 'kernels:\n  lts: { debian: linux-source-6.12 }\nkernel: lts\nvcpus: 2\nworkload: storm\n';
  const made = parse(nightMatrix({ ...wanted, text: single }));
  t.equal(made.kernel, undefined);
  t.strictSame(made.axes, { kernel: ['lts-base', 'lts'] });
  t.end();
});
