import t from 'tap';
import { listFragments } from '../../harness/kernel/fragments.ts';
import { canonicalText } from '../../harness/matrix/axes/canonical-text.ts';
import { expandRange, integerRange, isRange } from '../../harness/matrix/axes/range.ts';
import { comparisonGroup } from '../../harness/matrix/comparison-group.ts';
import { matrixJsonSchema } from '../../harness/matrix/json-schema.ts';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { addOwnWorkloads } from '../../harness/matrix/own-workloads.ts';
import { parseWorkload } from '../../harness/matrix/workload/workload-file.ts';
import { filterCells } from '../../harness/plan/filter.ts';
import { complaints, fragments, load, oneKernel, readProject, workloads, yamlFiles } from './fixture.ts';

const labels = (text: string): string[] => load(text).cells.map(cell => cell.label);

t.test('the shortest matrix is one cell of defaults', t => {
  const matrix = load(oneKernel, 'folder/short.yaml');
  t.equal(matrix.name, 'short');
  t.equal(matrix.text, oneKernel);
  t.same(matrix.trials, { kind: 'fixed', count: 3 });
  t.same(matrix.varied, []);
  t.strictSame(matrix.kernels, { lts: { kind: 'debian', package: 'linux-source-6.12' } });
  t.strictSame([matrix.gates, matrix.require, matrix.compare, matrix.configs], [{}, {}, undefined, {}]);
  t.equal(matrix.cells.length, 1);
  const { id, settings, ...cell } = matrix.cells[0]!;
  t.match(id, /^[0-9a-f]{12}$/);
  t.equal(id, '343a653c83cc', 'an id is for ever: stored runs and baselines refer to it');
  t.strictSame(cell, {
    design: 'fixed-time',
    label: 'short',
    kernel: 'lts',
    config: 'stats',
    vcpus: 2,
    memoryBytes: 1024 ** 3,
    compression: 'none',
    decompress: 'user',
    commandLine: '',
    numaNodes: 1,
    clock: 'host',
    workload: {
      name: 'stress-ng',
      parameters: { instances: 100, module: 'xfs', timeout: 5e9, no_unload: false },
    },
  });
  t.equal(settings['memory'], '1GiB');
  t.equal(settings['workload.timeout'], '5s');
  t.equal(settings['cpu'], 'auto');
  t.end();
});

t.test('axes multiply in the order of the file, the last fastest', t => {
  t.same(labels(`${oneKernel}axes: { vcpus: [8, 1..2], config: [stats, plain] }`), [
    'vcpus=8 config=stats',
    'vcpus=8 config=plain',
    'vcpus=1 config=stats',
    'vcpus=1 config=plain',
    'vcpus=2 config=stats',
    'vcpus=2 config=plain',
  ]);
  t.same(labels(`${oneKernel}axes: { command_line: ['', 'a=b  c'], cpu: ['max,-x2apic'] }`), [
    'command_line=""',
    'command_line="a=b c"',
  ]);
  t.end();
});

t.test('equal cells have equal ids, whatever the spelling', t => {
  const id = (rest: string): string => load(oneKernel + rest).cells[0]!.id;
  t.equal(id('memory: 2GiB'), id('memory: 2048MiB'));
  t.equal(id('config: stats+dups'), id('config: dups+stats'));
  t.equal(id('workload: stress-ng'), id('workload: { stress-ng: { timeout: 5000ms } }'));
  t.equal(id('vcpus: 2'), id('axes: { vcpus: [2] }'));
  t.not(id('vcpus: 2'), id('vcpus: 4'));
  t.not(id('config: stats'), id('config: plain'));
  t.equal(load(`${oneKernel}cpu: max`).cells[0]!.cpuModel, 'max');
  t.equal(load(`${oneKernel}memory: 2048MiB`).cells[0]!.settings['memory'], '2GiB');
  t.end();
});

t.test('workloads and their parameters are axes', t => {
  t.same(labels(`${oneKernel}axes: { workload: [stress-ng, { other: { mode: same } }] }`), [
    'workload=stress-ng',
    'workload=other',
  ]);
  t.same(
    labels(`${oneKernel}axes: { workload.instances: [1..4 times 2], workload.timeout: [1s..2s step 1s] }`),
    [
      'workload.instances=1 workload.timeout=1s',
      'workload.instances=1 workload.timeout=2s',
      'workload.instances=2 workload.timeout=1s',
      'workload.instances=2 workload.timeout=2s',
      'workload.instances=4 workload.timeout=1s',
      'workload.instances=4 workload.timeout=2s',
    ],
  );
  t.same(
    labels(
      `${oneKernel}axes: { vcpus: [1], workload: [{ other: { amount: 1MiB } }, { other: { amount: 2048K } }] }`,
    ),
    ['workload.amount=1MiB', 'workload.amount=2MiB'],
    'one workload twice varies by its parameter',
  );
  t.same(complaints(`${oneKernel}axes: { workload: [stress-ng, other], workload.instances: [60] }`), [
    '2:60 the parameter instances must be at most 50, not 60',
  ]);
  t.match(complaints(`${oneKernel}axes: { workload: [stress-ng, other], workload.mode: [own] }`), [
    /the workload stress-ng has no parameter "mode"/,
  ]);
  t.match(
    complaints(`${oneKernel}workload: { other: { mode: own } }\naxes: { workload.mode: [own, same] }`),
    [/the parameter mode is also given with the workload other/],
  );
  t.match(complaints(`${oneKernel}axes: { workload: [stress-ng, { stress-ng: { instances: 100 } }] }`), [
    /another spelling of stress-ng/,
  ]);
  const without = new Map(workloads);
  t.throws(
    () => loadMatrix(`${oneKernel}workload: other`, { file: 'f', workloads: without, fragments: ['stats'] }),
    /the workload other needs the config fragment dups/,
  );
  t.end();
});

t.test('a value may have a short name, which labels and filters use', t => {
  const named = `${oneKernel}axes:\n  command_line: ['', { trace: log_buf_len=4M  quiet }]\n`;
  t.strictSame(labels(named), ['command_line=""', 'command_line=trace']);
  const matrix = load(`${named}compare: { axis: command_line, base: trace }\n`);
  const plain = load(`${oneKernel}axes:\n  command_line: ['', 'log_buf_len=4M quiet']\n`);
  t.strictSame(
    matrix.cells.map(({ id }) => id),
    plain.cells.map(({ id }) => id),
    'the cells are the same',
  );
  t.equal(matrix.cells[1]!.settings['command_line'], 'log_buf_len=4M quiet');
  t.equal(matrix.compare!.base, 'log_buf_len=4M quiet');
  t.strictSame(filterCells(matrix, ['command_line=trace']), [matrix.cells[1]]);
  t.strictSame(filterCells(matrix, ['command_line=log_buf_len=4M quiet']), [matrix.cells[1]]);
  t.match(
    complaints(`${oneKernel}axes:\n  command_line: [{ a: quiet }, { a: debug }]\n`),
    /"a" names two values of command_line/,
  );
  t.match(complaints(`${oneKernel}axes:\n  vcpus: [{ a: 1, b: 2 }]\n`), /must hold one value with its name/);
  t.match(complaints(`${oneKernel}axes:\n  vcpus: [{ few: 0 }]\n`), /vcpus must be a whole number/);
  t.end();
});

t.test('exclude and include', t => {
  const axes = 'axes: { config: [stats, dups], vcpus: [1, 2] }\n';
  t.same(labels(`${oneKernel}${axes}exclude: [{ config: dups, vcpus: [1, 2] }]`), ['vcpus=1', 'vcpus=2']);
  t.same(labels(`${oneKernel}${axes}memory: 2GiB\nexclude: [{ memory: 2048MiB, vcpus: 1 }]`), [
    'config=stats',
    'config=dups',
  ]);
  const added = load(`${oneKernel}${axes}memory: 2GiB\ninclude: [{ vcpus: [4, 8] }, { workload: other }]`);
  t.same(
    added.cells
      .slice(4)
      .map(cell => [cell.config, cell.vcpus, cell.memoryBytes / 1024 ** 3, cell.workload.name]),
    [
      ['stats', 4, 2, 'stress-ng'],
      ['stats', 8, 2, 'stress-ng'],
      ['stats', 1, 2, 'other'],
    ],
  );
  t.same(added.varied, ['config', 'vcpus', 'workload']);
  const own = load(
    `${oneKernel}axes: { workload.timeout: [1s, 2s] }\ninclude: [{ workload: other }, { workload.timeout: 9s }]`,
  );
  t.same(
    own.cells.map(cell => cell.settings['workload.timeout']),
    ['1s', '2s', undefined, '9s'],
  );
  const both = `${oneKernel}axes: { workload: [stress-ng, other], vcpus: [1, 2] }\n`;
  t.equal(load(`${both}exclude: [{ workload: { other: { mode: own } }, vcpus: 1 }]`).cells.length, 3);
  t.equal(
    load(`${oneKernel}axes: { config: [stats, dups+stats] }\nexclude: [{ config: stats+dups }]`).cells.length,
    1,
  );
  t.match(complaints(`${both}exclude: [{ workload: { other: { mode: same } } }]`), [/excludes nothing/]);
  t.match(complaints(`${oneKernel}exclude: [{ vcpus: 2 }]`), [/every cell is excluded/]);
  t.match(complaints(`${oneKernel}exclude: [{}]`), [/an empty entry of exclude has no effect/]);
  t.match(complaints(`${oneKernel}${axes}exclude: [{ vcpu: 1 }]`), [/there is no axis "vcpu"/]);
  t.end();
});

t.test('kernels, fragments and paths', t => {
  const text = `kernels:
  a: { tree: ~/linux }
  b: { tree: src, rev: v6.18, patches: [p/one.patch, /two.patch] }
  c: { image: img, modules: /lib/modules/x }
  d: { debian: linux-source-7.2, suite: sid }
configs: { preempt: f/preempt.config }
config: stats+preempt
axes: { kernel: [a, b, c, d] }
`;
  const matrix = load(text, 'some/where/m.yaml');
  t.strictSame(matrix.kernels, {
    a: { kind: 'tree', path: '/home/tester/linux', revision: 'HEAD' },
    b: {
      kind: 'tree',
      path: 'some/where/src',
      revision: 'v6.18',
      patches: ['some/where/p/one.patch', '/two.patch'],
    },
    c: { kind: 'prebuilt', image: 'some/where/img', modules: '/lib/modules/x' },
    d: { kind: 'debian', package: 'linux-source-7.2', suite: 'sid' },
  });
  t.same(matrix.configs, { preempt: 'some/where/f/preempt.config' });
  t.match(complaints('kernels: { a: { tree: /a }, b: { tree: /b } }'), [/several kernels are declared/]);
  t.match(complaints(`${oneKernel}configs: { stats: x, a+b: y, plain: z }`), [
    /already exists/,
    /must not contain \+/,
    /already exists/,
  ]);
  t.end();
});

t.test('trials, compare, gates, require', t => {
  const axes = 'axes: { config: [stats, stats+dups], vcpus: [1, 2], memory: [1GiB, 2GiB] }\n';
  const text = `${oneKernel}${axes}name: named
description: words
trials: { looks: [8, 12] }
compare: { axis: memory, base: 1024MiB }
gates: { a: { worse: lower, at least: 5ms }, b: { at least: 1MiB, relative: 5% }, c: { relative: 0.5, at least: 2, rate: 10% } }
require: { accel: kvm }
`;
  const matrix = load(text);
  t.strictSame(matrix.trials, { kind: 'looks', looks: [8, 12] });
  t.strictSame(matrix.compare, { axis: 'memory', base: '1GiB' });
  t.strictSame(matrix.gates, {
    a: { worse: 'lower', atLeast: 5e6 },
    b: { atLeast: 1024 ** 2, relative: 0.05 },
    c: { atLeast: 2, relative: 0.5, rate: 0.1 },
  });
  t.same([matrix.require, matrix.name, matrix.description], [{ accel: 'kvm' }, 'named', 'words']);
  t.equal(new Set(matrix.cells.map(cell => comparisonGroup(cell.settings, 'memory'))).size, 4);
  t.equal(new Set(matrix.cells.map(cell => comparisonGroup(cell.settings, undefined))).size, 8);
  const options = {
    file: 'f',
    workloads,
    fragments,
    gateNames: () => ({ metrics: ['failed_becoming'], totals: [] }),
  };
  t.throws(
    () => loadMatrix(`${oneKernel}gates: { failed_becomin: {} }`, options),
    /there is no metric "failed_becomin"[\s\S]*Did you mean "failed_becoming"/,
  );
  t.match(complaints(`${oneKernel}gates: { a: { at least: -1, relative: 5 percent } }`), [
    /negative/,
    /not a fraction/,
  ]);
  for (const rate of ['0', '1.5', '-10%', '110%'])
    t.match(complaints(`${oneKernel}gates: { a: { rate: ${rate} } }`), [/rate|negative|fraction/], rate);
  t.match(complaints(`${oneKernel}compare: { axis: vcpus, base: 2 }`), [/not an axis with several values/]);
  t.match(complaints(`${oneKernel}trials: 0`), [/at least 1 trial/]);
  const mixed = load(
    `${oneKernel}axes: { workload: [stress-ng, other] }\ncompare: { axis: workload, base: other }`,
  );
  t.equal(new Set(mixed.cells.map(cell => comparisonGroup(cell.settings, 'workload'))).size, 1);
  t.end();
});

t.test('the clock: counted guests are cells of their own, and nothing to compare with others', t => {
  const [host, counted] = load(`${oneKernel}axes: { clock: [host, instructions] }`).cells;
  t.equal(host?.id, '343a653c83cc', 'the id of the cell before there was a clock');
  t.not(counted?.id, host?.id);
  t.strictSame([host?.clock, counted?.clock], ['host', 'instructions']);
  t.equal(counted?.label, 'clock=instructions');
  const { clock: _, ...before } = host?.settings ?? {};
  t.equal(
    comparisonGroup(before, undefined),
    comparisonGroup(host?.settings ?? {}, undefined),
    'as of old runs',
  );
  t.not(comparisonGroup(before, undefined), comparisonGroup(counted?.settings ?? {}, undefined));
  const counting = `${oneKernel}clock: instructions\n`;
  t.same(complaints(`${counting}vcpus: 64`), []);
  t.match(complaints(`${counting}vcpus: 65`), [
    /of 65 virtual CPUs cannot be counted, only those of up to 64/,
  ]);
  t.match(complaints(`${counting}require: { accel: kvm }`), [
    /can only be counted under emulation, but KVM is required/,
  ]);
  t.same(complaints(`${counting}require: { accel: tcg }`), []);
  t.match(complaints(`${oneKernel}clock: guest`), [/there is no clock "guest"/]);
  t.match(
    complaints(`${oneKernel}axes: { clock: [host, instructions] }\ncompare: { axis: clock, base: host }`),
    [/cannot be compared/],
  );
  t.end();
});

t.test('ranges', t => {
  const expand = (text: string): unknown => expandRange(text, integerRange);
  t.same(expand('1..4'), [1, 2, 3, 4]);
  t.same(expand('1..8 step 3'), [1, 4, 7]);
  t.same(expand('1..9 times 2'), [1, 2, 4, 8]);
  t.same(expand('5..5'), [5]);
  for (const bad of ['4..1', '0..4 times 2', '1..4 times 1', '1..4 step 0', '1..99999', 'a..b', '1..2.5']) {
    t.throws(() => expand(bad), { code: 'RANGE_INVALID' }, bad);
  }
  t.equal(isRange('1.5'), false);
  t.equal(isRange('1..8 stepp 2'), false);
  t.match(complaints(`${oneKernel}axes: { memory: [1GiB..4GiB] }`), [/needs a step/]);
  t.same(load(`${oneKernel}axes: { memory: [1GiB..3GiB step 1024MiB] }`).cells.length, 3);
  t.end();
});

t.test('one text for one value', t => {
  t.equal(canonicalText('memory', '2048MiB'), '2GiB');
  t.equal(canonicalText('config', 'stats+dups'), 'dups+stats');
  t.equal(canonicalText('workload.timeout', '5000 ms'), '5s');
  t.equal(canonicalText('workload.amount', '1024KiB'), '1MiB');
  t.equal(canonicalText('workload.module', 'xfs'), 'xfs');
  t.equal(canonicalText('memory', 'much'), 'much');
  t.end();
});

t.test('what is shipped and documented loads', async t => {
  const known = await listFragments();
  const shipped = new Map(
    yamlFiles('guests/workloads').map(file => {
      const definition = parseWorkload(readProject(`guests/workloads/${file}`), { file });
      return [definition.name, definition];
    }),
  );
  for (const file of yamlFiles('matrices')) {
    const text = readProject(`matrices/${file}`);
    t.equal(text.split('\n')[0], '# yaml-language-server: $schema=./matrix.schema.json', file);
    t.doesNotThrow(() => loadMatrix(text, { file, workloads: shipped, fragments: known }), file);
  }
  const quick = load(readProject('matrices/quick.yaml'), 'quick.yaml');
  t.same(
    [quick.cells.length, quick.trials, quick.varied],
    [8, { kind: 'fixed', count: 3 }, ['config', 'vcpus']],
  );
  t.equal(load(readProject('matrices/smoke.yaml')).cells.length, 1);
  const fences = [...readProject('matrices/README.md').matchAll(/^```yaml( workload)?\n([\s\S]*?)^```$/gm)];
  t.ok(fences.length >= 7, 'the README has its examples');
  const own = fences.filter(([, kind]) => kind !== undefined).map(([, , text]) => text!);
  t.equal(own.length, 1, 'one of them is a workload');
  for (const [, kind, text] of fences) {
    if (kind !== undefined) continue;
    const all = await addOwnWorkloads(text!, { file: 'test.yaml', workloads }, async () => own[0]!);
    t.doesNotThrow(() => load(text!, 'test.yaml', all), text!.split('\n')[0]!);
  }
});

t.test('the JSON Schema knows what an editor can check', t => {
  const schema = matrixJsonSchema() as {
    required: string[];
    properties: Record<string, unknown>;
    additionalProperties: boolean;
    $defs: { axes: Record<string, unknown> };
  };
  t.same(schema.required, ['kernels']);
  t.equal(schema.additionalProperties, false);
  t.equal(schema.$defs.axes['additionalProperties'], false, 'an editor marks an unknown axis');
  t.same(Object.keys(schema.$defs.axes['patternProperties'] as object), ['^workload\\..+$']);
  t.ok(schema.properties['vcpus'] && schema.properties['compare']);
  t.end();
});
