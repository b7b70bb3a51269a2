// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the words of workload files are written like that
import { readFileSync } from 'node:fs';
import t from 'tap';
import { MatrixError } from '../../../harness/matrix/source/diagnostic.ts';
import {
  canonicalBytes,
  canonicalDuration,
  readParameter,
} from '../../../harness/matrix/workload/parameter.ts';
import { resolveWorkload, substitute } from '../../../harness/matrix/workload/resolve-workload.ts';
import type { ParameterDefinition } from '../../../harness/matrix/workload/workload.ts';
import { parseWorkload } from '../../../harness/matrix/workload/workload-file.ts';
import { projectPath } from '../../../harness/project.ts';
import { otherWorkload, readProject, workloads, yamlFiles } from '../fixture.ts';

const definitions: ParameterDefinition[] = [
  { name: 'module', type: 'string', default: 'xfs', description: 'm' },
  { name: 'count', type: 'integer', default: 3, minimum: 1, maximum: 9, description: 'c' },
  { name: 'time', type: 'duration', default: 5e9, minimum: 1e9, description: 't' },
  { name: 'size', type: 'size', default: 2 * 1024 ** 2, maximum: 1024 ** 3, description: 's' },
  { name: 'flag', type: 'boolean', default: false, description: 'f' },
  { name: 'kind', type: 'choice', default: 'a', choices: ['a', 'bee'], description: 'k' },
  { name: 'a.b', type: 'integer', default: 4, description: 'd' },
];
const put = (word: string, values = {}): string => substitute(word, definitions, values);

t.test('stress-ng as cells run it', t => {
  const stress = workloads.get('stress-ng')!;
  const resolved = resolveWorkload(stress, { instances: 7, module: 'ext4', timeout: 3e9, no_unload: true });
  t.same(resolved.run, [
    ...['stress-ng', '--module', '7', '--module-name', 'ext4', '--module-no-unload', '--timeout', '3s'],
    ...['--metrics', '-Y', '/run/stress-ng.yaml'],
  ]);
  t.same(resolved.modules, ['ext4']);
  t.same([resolved.programs, resolved.preload, resolved.preloadDependencies], [['stress-ng'], [], true]);
  t.same([resolved.expectedNs, resolved.deadlineNs, resolved.version], [3e9, 33e9, 2]);
  t.same(resolved.results, [{ file: '/run/stress-ng.yaml', format: 'stress-ng' }]);
  t.notOk(resolveWorkload(stress, {}).run.includes('--module-no-unload'));
  t.same(resolveWorkload(stress, {}).modules, ['xfs'], 'defaults fill in');
  t.same(resolveWorkload(otherWorkload, {}).run, ['other', 'own', '1024']);
  const minimal = parseWorkload(
    'run: [p]\nparameters: { n: { type: integer, default: 2 } }\nmetrics: { waits: { worse: higher }, wait_ns: { unit: ns, worse: none } }\n',
    { file: 'w.yaml' },
  );
  t.match(minimal, {
    version: 1,
    description: 'The workload w.',
    parameters: [{ name: 'n', description: 'n' }],
    metrics: [
      { name: 'waits', unit: 'count', class: 'count', description: 'waits' },
      { name: 'wait_ns', unit: 'ns', class: 'time' },
    ],
  });
  t.equal(resolveWorkload(minimal, {}).deadlineNs, 60e9, 'a workload that names no deadline has a minute');
  t.same(resolveWorkload(otherWorkload, {}).deadlineNs, 1e9);
  t.match(stress.compressions, { allowed: ['none'], otherwise: /storm/ });
  t.end();
});

t.test('storm as cells run it', t => {
  const file = projectPath('guests', 'workloads', 'storm.yaml');
  const storm = parseWorkload(readFileSync(file, 'utf8'), { file });
  const cell = { compression: 'xz', decompress: 'kernel' } as const;
  const { run, sampleNs, programs } = resolveWorkload(storm, { workers: 3, decompress_inside: true }, cell);
  t.equal(run[run.indexOf('--decompress') + 1], 'kernel', 'the setting of the cell');
  t.equal(run[run.indexOf('--workers') + 1], '3');
  t.ok(run.includes('--decompress-inside'));
  t.same([sampleNs, programs], [10e6, ['gzip', 'xz', 'zstd']]);
  t.equal(resolveWorkload(otherWorkload, {}).sampleNs, undefined);
  const inCell = { 'cell.compression': 'zstd' };
  t.equal(substitute('${cell.compression} ${cell.decompress}', [], inCell), 'zstd user');
  t.throws(() => substitute('${cell.vcpus}', [], {}), { code: 'WORKLOAD_SUBSTITUTION' });
  t.throws(() => substitute('${cell.compression.bytes}', [], {}), { code: 'WORKLOAD_SUBSTITUTION' });
  const sampled = (text: string) =>
    wrong(`version: 1\ndescription: d\nrun: [p]\ndeadline: { extra: 1s }\nsamples: ${text}\n`);
  t.same(sampled('1ms'), []);
  t.match(sampled('10us'), [/^5:\d+ .*at least 1ms/]);
  t.match(sampled('often'), [/^5:/]);
  t.end();
});

t.test('what ends a workload, and what it saw succeed', t => {
  const minimal = 'version: 1\ndescription: d\nrun: [p]\n';
  const of = (text: string) => resolveWorkload(parseWorkload(minimal + text, { file: 'w.yaml' }), {});
  const timed = 'parameters: { time: { type: duration, default: 1s, description: x } }\n';
  t.equal(of('deadline: { extra: 1s }').design, 'fixed-work', 'nothing bounds it but its work');
  t.equal(of(`${timed}deadline: { extra: 1s, parameter: time }`).design, 'fixed-time');
  t.equal(
    of(`${timed}deadline: { extra: 1s, parameter: time }\ndesign: fixed-work`).design,
    'fixed-work',
    'the file knows better',
  );
  t.equal(of('deadline: { extra: 1s }').succeeded, undefined);

  const shipped = Object.fromEntries(
    yamlFiles('guests/workloads').map(name => {
      const workload = parseWorkload(readProject(`guests/workloads/${name}`), { file: name });
      return [workload.name, workload];
    }),
  );
  const { storm } = shipped;
  t.equal(resolveWorkload(storm!, {}).design, 'fixed-work', 'mode once is the default');
  t.equal(resolveWorkload(storm!, { mode: 'loop' }).design, 'fixed-time');
  t.equal(resolveWorkload(storm!, {}).succeeded, 'successes');
  t.match(resolveWorkload(shipped['stress-ng']!, {}), { design: 'fixed-time', succeeded: 'stress_ng_ops' });
  const byOperations = resolveWorkload(shipped['stress-ng-ops']!, { operations: 7 });
  t.match(byOperations, { design: 'fixed-work', succeeded: 'stress_ng_ops', expectedNs: 0 });
  t.equal(byOperations.run[byOperations.run.indexOf('--module-ops') + 1], '7');
  t.notOk(byOperations.run.includes('--timeout'), 'a timeout would end it before its work is done');
  t.match(resolveWorkload(shipped['load-cost']!, {}), { design: 'fixed-work', succeeded: 'loads' });
  const loader = resolveWorkload(shipped['modules-load']!, { threads: 0, modules: 'xfs ecb' });
  t.match(loader, { run: ['modules-load', '0', 'xfs ecb', '/run/modules-load.txt'], modules: ['*'] });
  t.equal(loader.succeeded, undefined, 'systemd does not tell how often it asked');

  const flag = 'parameters: { flag: { type: boolean, default: true, description: x } }\n';
  const byFlag = `${flag}design: { parameter: flag, values: { true: fixed-time, false: fixed-work } }\n`;
  const flagged = parseWorkload(`${minimal}${byFlag}deadline: { extra: 1s }`, { file: 'w.yaml' });
  t.equal(resolveWorkload(flagged, {}).design, 'fixed-time');
  t.equal(resolveWorkload(flagged, { flag: false }).design, 'fixed-work');

  t.equal(resolveWorkload(storm!, {}).loadsFail, undefined);
  t.equal(resolveWorkload(storm!, { fault: true }).loadsFail, true, 'its arguments cannot be read');
  t.equal(resolveWorkload(shipped['failing-init']!, {}).loadsFail, true);

  const end = 'deadline: { extra: 1s }\n';
  const bad = (text: string) => wrong(minimal + text + end);
  t.match(bad('design: fixed\n'), [/^4:9 this cannot be "fixed"/]);
  t.match(bad(`${timed}design: { parameter: time, values: {} }\n`), [
    /^5:22 the parameter time is neither a choice nor a boolean/,
  ]);
  t.match(bad(`${flag}design: { parameter: flog, values: {} }\n`), [/the parameter flog is not declared/]);
  t.match(bad(`${flag}design: { parameter: flag, values: { yes: fixed-work, true: fixed-time } }\n`), [
    /^5:28 the design for false is missing/,
    /^5:38 flag has no value "yes"/,
  ]);
  const metric = (unit: string) =>
    `metrics: { loads: { unit: ${unit}, class: count, worse: none, description: x } }\nsucceeded: loads\n`;
  t.same(bad(metric('count')), []);
  t.match(bad(metric('bytes')), [/^5:12 the metric loads must have the unit count/]);
  t.same(bad(`${flag}loads_fail: flag\n`), []);
  t.match(bad(`${flag}loads_fail: flog\n`), [/^5:13 there is no parameter "flog"/]);
  t.match(bad(`${timed}loads_fail: time\n`), [/^5:13 the parameter time must be of type boolean/]);
  t.match(bad('loads_fail: 3\n'), [/^4:13 this must be true, false, or the name of a boolean parameter/]);
  t.match(bad('succeeded: stress_ng_ops\n'), [/^4:12 there is no metric "stress_ng_ops"/]);
  t.end();
});

t.test('substitution', t => {
  t.equal(put('x${module}-${count}y'), 'xxfs-3y');
  t.equal(
    put('${time.seconds}s ${time.milliseconds}ms ${size.mebibytes} ${size.bytes}'),
    '5s 5000ms 2 2097152',
  );
  t.equal(put('${a.b}'), '4', 'a name with a dot');
  t.equal(put('${module}', { module: '${count} $& $1' }), '${count} $& $1', 'nothing is expanded twice');
  t.equal(put('$${module} $ {} $5'), '${module} $ {} $5');
  t.equal(put('${flag}'), 'false');
  for (const bad of [
    '${}',
    '${nope}',
    '${module.seconds}',
    '${time}',
    '${time.bytes}',
    '${size}',
    '${count',
    '${time.constructor}',
  ]) {
    t.throws(() => put(bad), { code: 'WORKLOAD_SUBSTITUTION' }, bad);
  }
  t.throws(() => put('${time.seconds}', { time: 1.5e9 }), /must be in whole seconds, which 1500ms is not/);
  t.throws(() => put('${modul}'), { code: 'WORKLOAD_SUBSTITUTION', hint: 'Did you mean "module"?' });
  t.end();
});

t.test('parameters', t => {
  const [module, count, time, size, flag, kind] = definitions as [
    ParameterDefinition,
    ParameterDefinition,
    ParameterDefinition,
    ParameterDefinition,
    ParameterDefinition,
    ParameterDefinition,
  ];
  t.strictSame(
    [
      readParameter(count, 9),
      readParameter(time, '2min'),
      readParameter(size, '1GiB'),
      readParameter(flag, true),
    ],
    [9, 120e9, 1024 ** 3, true],
  );
  t.equal(readParameter(kind, 'bee'), 'bee');
  t.throws(() => readParameter(count, 10), /must be at most 9, not 10/);
  t.throws(() => readParameter(count, 0), /must be at least 1, not 0/);
  t.throws(() => readParameter(count, '5'), /must be a whole number, not text/);
  t.throws(() => readParameter(count, 1.5), /must be a whole number, not 1.5/);
  t.throws(() => readParameter(time, 5), { code: 'DURATION_INVALID' });
  t.throws(() => readParameter(time, '10ms'), /must be at least 1s, not 10ms/);
  t.throws(() => readParameter(size, '2GiB'), /must be at most 1GiB, not 2GiB/);
  t.throws(() => readParameter(flag, 'yes'), /must be true or false, not text/);
  t.throws(() => readParameter(kind, 'be'), { code: 'PARAMETER_INVALID', hint: 'Did you mean "bee"?' });
  t.throws(() => readParameter(module, 5), /must be text/);
  t.throws(() => readParameter(module, 'a\0b'), /NUL/);
  t.throws(() => readParameter(module, 'x'.repeat(5000)), /4096/);
  t.throws(() => readParameter({ ...module, pattern: '[a-z]+' }, 'a/b'), /cannot be "a\/b"/);
  const begun = performance.now();
  t.throws(() => readParameter({ ...module, pattern: '(a+)+' }, `${'a'.repeat(60)}!`), {
    message: /cannot be held against its pattern within 3000 ms/,
    hint: /exponential/,
  });
  t.ok(performance.now() - begun < 5000, 'a pattern without end is ended');
  const plain = { ...module, pattern: '[a-z]+' };
  const since = process.cpuUsage();
  for (let cell = 0; cell < 5000; cell++) readParameter(plain, 'xfs');
  t.ok(
    process.cpuUsage(since).user < 500_000,
    'a value is held against its pattern once, not for every cell',
  );
  t.throws(() => readParameter({ ...plain, pattern: '[0-9]+' }, 'xfs'), /cannot be "xfs"/);
  t.same([canonicalBytes(1536 * 1024 ** 2), canonicalBytes(1), canonicalBytes(0)], ['1536MiB', '1B', '0B']);
  t.same([canonicalDuration(90e9), canonicalDuration(1.5e9), canonicalDuration(7)], ['90s', '1500ms', '7ns']);
  t.end();
});

t.test('all that is wrong with a workload is told at once', t => {
  const text = `version: 1
description: d
parameters:
  a: { type: integer, default: 5, maximum: 4, description: x }
  b: { type: choice, default: c, description: x }
  c: { type: string, default: x, minimum: 1, pattern: '[', description: x }
  d: { type: duration, default: 5, description: x }
run: [p]
deadline: { extra: soon }
`;
  t.match(wrong(text), [
    /^4:32 the parameter a must be at most 4, not 5$/,
    /^5:3 a choice needs its choices$/,
    /^6:34 a string has no minimum$/,
    /^6:55 this is not a regular expression: /,
    /^7:33 5 is not a duration$/,
    /^9:20 "soon" is not a duration$/,
  ]);
  const references = `version: 1
description: d
parameters: { time: { type: duration, default: 1s, description: x }, n: { type: integer, default: 1, description: x } }
image: { modules: ['\${m}'] }
preload: { modules: ['\${time}'] }
run: [p, '\${nn}', { if: n, add: ['\${x}'] }, { if: q }]
deadline: { extra: 1s, parameter: n }
`;
  t.match(wrong(references), [
    /^4:20 \$\{m\} names no parameter/,
    /^5:22 \$\{time\} is a duration and needs a unit/,
    /^6:10 \$\{nn\} names no parameter/,
    /^6:25 the parameter n must be of type boolean, not integer/,
    /^6:34 \$\{x\} names no parameter/,
    /^6:51 there is no parameter "q"/,
    /^7:35 the parameter n must be of type duration, not integer/,
  ]);
  t.match(wrong('version: 1'), [/"run" is missing/]);
  t.match(wrong('description: [', 'x.yaml'), [/./]);
  t.match(
    wrong('version: 1\ndescription: d\nrun:\n  - sh\n  - |\n    a\n    b\ndeadline: { extra: 1s }\n'),
    [/^5:\d+ .*must not contain a line break.*>-/],
    'the agent would refuse it, when kernel and image are built',
  );
  t.match(wrong(`version: 1\ndescription: d\nrun: []\ndeadline: { extra: 1s }\n`), [/at least the program/]);
  t.match(wrong(`version: 1\ndescription: d\nrun: [p]\ndeadline: { extra: 1s }\n`, '-x y.yaml'), [
    /not a valid name for a workload/,
  ]);
  t.end();
});

function wrong(text: string, file = 'w.yaml'): string[] {
  try {
    parseWorkload(text, { file });
    return [];
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    return error.diagnostics.map(one => `${one.line}:${one.column} ${one.message}`);
  }
}
