import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { inspectCommand } from '../../harness/cli/commands/inspect.ts';
import type { CommandContext } from '../../harness/cli/context.ts';
import { inspectionJson, inspectText } from '../../harness/measurement/inspection.ts';
import { metricRegistry, workloadMetric } from '../../harness/measurement/metric-registry.ts';
import { metrics } from '../../harness/measurement/metric-table.ts';
import { type CounterName, counterNames } from '../../harness/measurement/module-stats/kernel-counter.ts';
import type { TrialEvidence } from '../../harness/measurement/trial-evidence.ts';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { parseMetricLines, storedValue } from '../../harness/measurement/workload/metric-lines.ts';
import {
  parseStressNgOutput,
  parseStressNgYaml,
  stressNgHasModule,
} from '../../harness/measurement/workload/stress-ng.ts';
import { golden } from './console-fixture.ts';
import { renderKernelStats } from './stats-renderer.ts';

function goldenCounters(): Record<string, string> {
  const lines = golden('6.12', 'counters.txt').trim().split('\n');
  return Object.fromEntries(lines.map(line => line.split(' ') as [string, string]));
}

const noCounters = Object.fromEntries(counterNames.map(name => [name, 0n])) as Record<CounterName, bigint>;

function kmsg(messages: readonly string[]): string[] {
  return messages.map((message, index) => `4,${index + 1},${index * 1000},-;${message}`);
}

function evidence(changes: Partial<TrialEvidence> = {}): TrialEvidence {
  const after = goldenCounters();
  const before = Object.fromEntries(Object.keys(after).map(name => [name, '0']));
  return {
    before: {
      values: { ...before, modcount: '12', total_mod_size: '4096', total_text_size: '1024' },
      stats: renderKernelStats({
        counters: { ...noCounters, modcount: 12n, total_mod_size: 4096n, total_text_size: 1024n },
        duplicates: [],
      }),
    },
    after: { values: after, stats: golden('6.12', 'stats.txt') },
    kmsg: kmsg([
      'module: module-autoload: duplicate request for module tun',
      'tun: Universal TUN/TAP device driver, 1.6',
    ]),
    output: golden('6.12', 'stress-ng.txt'),
    exit: { cause: 'exited', code: 0, wallNs: 3_170_000_000 },
    results: [{ file: '/run/stress-ng.yaml', format: 'stress-ng', text: golden('6.12', 'stress-ng.yaml') }],
    facts: { cpus_online: '2', uptime_ns: '1380000000', autoload_dups: '1', module_stats: '1' },
    samples: [
      { mem_free: '1000', vmalloc_used: '50' },
      { mem_free: '400', vmalloc_used: '90' },
      { mem_free: '700', vmalloc_used: 'x' },
    ],
    expected,
    ...changes,
  };
}

const expected = { vcpus: 2, moduleStats: true, metrics: [] };

t.test('a good trial', async t => {
  const result = measureTrial(evidence());
  t.equal(result.invalid, undefined);
  t.same(result.findings, []);
  t.same(result.metrics, {
    failed_becoming: 670,
    failed_load: 0,
    failed_kread: 0,
    failed_decompress: 0,
    becoming_bytes: 1108431920,
    load_bytes: 0,
    kread_bytes: 0,
    decompress_bytes: 0,
    wasted_bytes: 1108431920,
    mods_loaded: 15,
    total_module_size: 15761408,
    total_text_size: 8223744,
    duplicates: 670,
    duplicate_modules: 1,
    dup_warnings: 1,
    dup_names: 1,
    boot_ns: 1380000000,
    workload_ns: 3170000000,
    stress_ng_ops: 108,
    vmalloc_peak_bytes: 40,
    memory_peak_bytes: 600,
  });
  const facts = { ...evidence().facts, numa_nodes: '2', decompress_algorithm: 'xz' };
  const proved = { ...expected, numaNodes: 2, decompression: 'xz' };
  t.equal(measureTrial(evidence({ facts, expected: proved })).invalid, undefined);
  // Of one node nothing is asked: `numa=fake=4` on the command line is the matrix's own wish.
  t.equal(measureTrial(evidence({ facts, expected: { ...expected, numaNodes: 1 } })).invalid, undefined);
  t.equal(result.counters?.before.modcount, '12');
  t.equal(result.counters?.after.invalid_becoming_bytes, '1108431920');
  t.same(result.duplicates, [{ name: 'xfs', count: 670, reason: 'Becoming' }]);
  t.ok(
    Object.keys(result.metrics).every(name => metricRegistry({}).has(name)),
    'every metric is registered',
  );
});

t.test('a trial that measured something else is invalid and gives no number', async t => {
  const values = goldenCounters();
  const { modcount: _, ...withoutModcount } = values;
  const cases: [string, Partial<TrialEvidence>, RegExp][] = [
    ['CPUs', { facts: { cpus_online: '1' } }, /1 CPUs were online.*2 were asked/],
    ['nodes', { expected: { ...expected, numaNodes: 2 } }, /1 memory nodes were online.*2 were asked/],
    [
      'more nodes',
      { expected: { ...expected, numaNodes: 2 }, facts: { cpus_online: '2', numa_nodes: '4' } },
      /4 memory nodes/,
    ],
    [
      'decompression',
      {
        expected: { ...expected, decompression: 'zstd' },
        facts: { cpus_online: '2', decompress_algorithm: 'xz' },
      },
      /decompresses xz.*not zstd/,
    ],
    [
      'no decompression',
      { expected: { ...expected, decompression: 'zstd' } },
      /decompresses no modules.*not zstd/,
    ],
    ['symbols', { kmsg: kmsg(['xfs: Unknown symbol crc32c (err -2)']) }, /unknown symbol crc32c/],
    ['skipped', { output: 'stress-ng: info:  [54] skipped: 8: module (8)\n' }, /skipped its module stressor/],
    [
      'skipped with its reason',
      {
        output:
          'stress-ng: info:  [54] module stressor will be skipped, need to be running with CAP_SYS_MODULE rights\nstress-ng: info:  [54] skipped: 8: module (8)\n',
      },
      /CAP_SYS_MODULE/,
    ],
    [
      'stale',
      {
        results: [
          {
            file: 'y',
            format: 'stress-ng',
            text: "system-info:\n  stress-ng-version: '0.15.06'\nmetrics:\n",
          },
        ],
      },
      /0\.15\.06 has no --module/,
    ],
    [
      'nothing ran',
      {
        results: [
          {
            file: 'y',
            format: 'stress-ng',
            text: "system-info:\n  stress-ng-version: '0.19.02'\nmetrics:\n",
          },
        ],
      },
      /ran no module stressor/,
    ],
    ['missing', { after: { values: withoutModcount } }, /after the workload lack modcount/],
    [
      'corrupt',
      { after: { values: { ...values, invalid_kread_bytes: '18446744073709551612' } } },
      /negative as the kernel counts/,
    ],
    ['fell', { before: { values: { ...values, total_mod_size: '99999999' } } }, /total_mod_size fell/],
  ];
  for (const [name, change, reason] of cases) {
    const result = measureTrial(evidence(change));
    t.match(result.invalid, reason, name);
    t.same(result.metrics, {}, name);
  }
  const { after: _after, ...halfway } = evidence();
  t.match(measureTrial(halfway).invalid, /after the workload never came/);
});

t.test('missing is not zero', async t => {
  const plain = measureTrial(evidence({ facts: { cpus_online: '2', autoload_dups: '0' } }));
  t.equal(plain.metrics['dup_warnings'], undefined, 'a kernel that cannot warn has no count of warnings');
  t.equal(plain.metrics['boot_ns'], undefined);
  const lost = measureTrial(
    evidence({ kmsg: ['4,1,1,-;a', '4,9,1,-;module: module-autoload: duplicate request for module tun'] }),
  );
  t.equal(lost.metrics['dup_warnings'], undefined, 'what was lost cannot be counted');
  t.match(lost.findings, [{ code: 'RECORDS_LOST' }]);
  t.equal(lost.duplicateRequests.total, 1, 'but what came is shown');
  const control = measureTrial({
    ...evidence({ expected: { vcpus: 2, moduleStats: false, metrics: [] } }),
    before: { values: {} },
    after: { values: {} },
  });
  t.equal(control.invalid, undefined, 'a plain kernel has no counters');
  t.equal(control.metrics['wasted_bytes'], undefined);
  const killed = measureTrial(
    evidence({ results: [{ file: 'y', format: 'stress-ng', text: 'metrics:\n  - {{' }] }),
  );
  t.match(killed.findings, [{ code: 'STRESS_NG_YAML' }], 'a workload that was killed keeps its counters');
  t.equal(killed.metrics['failed_becoming'], 670);
});

t.test('counters wrap where the kernel counts in 32 bits', async t => {
  const values = goldenCounters();
  const before = { ...values, failed_becoming: '-6', invalid_becoming_bytes: '0' };
  t.equal(measureTrial(evidence({ before: { values: before } })).metrics['failed_becoming'], 676);
  const large = measureTrial(
    evidence({
      after: { values: { ...values, invalid_mod_bytes: '9007199254740993', failed_load_modules: '1' } },
    }),
  );
  t.equal(large.metrics['load_bytes'], '9007199254740993', 'beyond 2^53 as digits');
});

t.test('metrics of a workload', async t => {
  const declared = [
    { name: 'attempts', unit: 'count', class: 'count', worse: 'none', description: 'Calls.' },
    { name: 'p99_ns', unit: 'ns', class: 'time', worse: 'higher', description: 'Slow calls.' },
  ] as const;
  const lines = parseMetricLines('attempts 100\np99_ns 1.5e6\nother 3\nattempts x\n\0\n', declared);
  t.same(lines.values, { attempts: 100, p99_ns: 1500000 });
  t.match(lines.findings, [{ code: 'METRIC_INVALID' }]);
  const result = measureTrial(
    evidence({
      results: [{ file: '/run/metrics', format: 'metrics', text: 'attempts 18446744073709551615\n' }],
      expected: { vcpus: 2, moduleStats: true, metrics: declared },
    }),
  );
  t.equal(result.metrics['attempts'], '18446744073709551615');
  t.match(result.findings, [{ code: 'METRIC_MISSING', message: /p99_ns/ }]);
  t.equal(storedValue(-5n), -5);

  const registry = metricRegistry({ storm: declared, autoload: [declared[0]] });
  t.equal(registry.size, metrics.length + 2);
  t.match(registry.get('p99_ns'), {
    family: 'storm',
    gate: { atLeast: 1e6, relative: 0.05 },
    headline: false,
    title: 'p99',
  });
  t.equal(
    workloadMetric('x', { ...declared[0], name: 'settle_ns' }),
    metrics.find(({ name }) => name === 'settle_ns'),
    'ours keep their meaning',
  );
  for (const family of new Set(metrics.map(metric => metric.family))) {
    t.equal(
      metrics.filter(metric => metric.family === family && metric.headline).length,
      1,
      `one headline: ${family}`,
    );
  }
});

t.test('stress-ng', async t => {
  t.same(parseStressNgYaml(golden('6.12', 'stress-ng.yaml')), {
    version: '0.19.02',
    skipped: false,
    stressors: [
      {
        name: 'module',
        ops: 108,
        wallSeconds: 3.004856,
        userSeconds: 0.015481,
        systemSeconds: 4.220251,
        maxRssBytes: 3526656,
      },
    ],
  });
  t.same(parseStressNgOutput(golden('6.12', 'stress-ng.txt')), {
    skipped: 0,
    passed: 8,
    failed: 0,
    untrustworthy: 0,
    reasons: [],
    complete: true,
  });
  t.match(parseStressNgYaml(golden('6.12-dups-trace', 'stress-ng.yaml')), {
    version: '0.19.02',
    skipped: false,
    stressors: [{ name: 'module', ops: 120 }],
  });
  t.match(parseStressNgOutput(golden('6.12-dups-trace', 'stress-ng.txt')), { passed: 8, complete: true });
  const head = "system-info:\n  stress-ng-version: '0.19.02'\n";
  const hostile = [
    '',
    'a: [',
    'x: 1',
    head.replace('0.19.02', 'new'),
    `${head}metrics:\n  3`,
    `${head}metrics:\n  - stressor: module\n    bogo-ops: lots`,
    `${head}metrics:\n  [&a [1], *a, *a]`,
    `${head}x: "${'y'.repeat(1 << 20)}"`,
    `${head}metrics:\n  [${'1,'.repeat(2000)}1]`,
  ];
  for (const text of hostile)
    t.throws(
      () => parseStressNgYaml(text),
      { name: 'GuestError', code: 'STRESS_NG_YAML' },
      text.slice(0, 60),
    );
  t.same(['0.15.06', '0.15.07', '0.16', '0.22.01', '1.0'].map(stressNgHasModule), [
    false,
    true,
    true,
    true,
    true,
  ]);
});

t.test('inspect', async t => {
  const stats = inspectionJson(inspectText(golden('6.12', 'stats.txt')));
  t.match(stats, {
    version: 1,
    kind: 'stats',
    counters: { modcount: 27, invalid_becoming_bytes: 1108431920 },
    findings: [],
  });
  t.same(stats['duplicates'], [{ name: 'xfs', count: 670, reason: 'Becoming' }]);
  const log = inspectionJson(inspectText(golden('6.12-dups-trace', 'console.log')));
  t.match(log, {
    version: 1,
    kind: 'log',
    crash: null,
    duplicateRequests: [{ name: 'tun', count: 11 }],
    findings: [],
  });
  const both = inspectionJson(inspectText(`${golden('6.12', 'stats.txt')}${golden('6.12', 'dmesg.txt')}`));
  t.match(both, {
    kind: 'stats',
    counters: { modcount: 27 },
    log: { duplicateRequests: [{ name: 'tun', count: 11 }] },
    findings: [],
  });
  t.equal((both['duplicates'] as unknown[]).length, 1, 'the log after the table is none of its rows');
  const large = golden('6.12', 'stats.txt').replaceAll('1108431920', '9223372036854775807');
  t.match(inspectionJson(inspectText(large)), {
    counters: { invalid_becoming_bytes: '9223372036854775807' },
  });
  const filler = '[    1.000000] random: crng init done\n'.repeat(120_000);
  const far = inspectText(`${filler}${golden('6.12', 'stats.txt')}Mods ever loaded 27\n`);
  t.match(far, { kind: 'stats', stats: { counters: { modcount: 27n } } });
  t.match(
    far.kind === 'stats' && far.stats.findings,
    [{ code: 'MULTIPLE_STATS', line: 120_019 }, { code: 'STATS_INCOMPLETE' }],
    'lines count from the first of the whole file',
  );
  for (const text of ['', ' \r\n\n']) {
    t.throws(() => inspectText(text), { code: 'INSPECT_UNRECOGNISED', message: /empty/ });
  }
  for (const text of ['hello\nworld\n', '{"a": 1}', '\0'.repeat(5000)]) {
    t.throws(() => inspectText(text), { name: 'UsageError', code: 'INSPECT_UNRECOGNISED' });
  }
});

t.test('modstorm inspect FILE', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-inspect-'));
  t.teardown(() => import('node:fs').then(({ rmSync }) => rmSync(folder, { recursive: true })));
  const file = join(folder, 'stats');
  writeFileSync(file, golden('commit-df3e764d8e5c-8-vcpu-after.pasted-from-web.txt'));
  let shown = '';
  const context: CommandContext = {
    stdout: text => {
      shown += text;
    },
    stderr: () => undefined,
    environment: {},
    signal: new AbortController().signal,
    interactive: false,
  };
  t.equal(await inspectCommand(file, {}, context), 0);
  t.match(shown, /Virtual mem wasted bytes +237537176 +226\.53 MiB/);
  t.match(shown, /Duplicate modules: 99 failed loads of 24 modules/);
  t.match(shown, /irqbypass +6 +Becoming & Load/);
  shown = '';
  await inspectCommand(file, { json: true }, context);
  t.equal(JSON.parse(shown).counters.failed_becoming, 83);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(golden('6.12', 'dmesg.txt'), 'utf16le')]),
  );
  shown = '';
  await inspectCommand(file, {}, context);
  t.match(shown, /Duplicate requests: 11 for 1 name/, 'PowerShell wrote it as UTF-16');
  writeFileSync(
    file,
    '[    1.000000] BUG: evil \x1b[31m\u202e in here\n[    2.0] module: module-autoload: duplicate request for module \x1b[2J\n',
  );
  shown = '';
  await inspectCommand(file, {}, context);
  t.equal(/[\p{Cc}\p{Cf}]/u.exec(shown.replaceAll('\n', '')), null, 'nothing reaches the terminal raw');
  t.match(shown, /1 {2}\\x1b\[2J/);
  await t.rejects(inspectCommand(join(folder, 'none'), {}, context), {
    name: 'UsageError',
    code: 'INSPECT_UNREADABLE',
  });
  await t.rejects(inspectCommand(folder, {}, context), { name: 'UsageError', code: 'INSPECT_UNREADABLE' });
});
