import t from 'tap';
import { metricRegistry } from '../../harness/measurement/metric-registry.ts';
import type { TrialEvidence } from '../../harness/measurement/trial-evidence.ts';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { golden } from './console-fixture.ts';
import { evidence, expected, goldenCounters, kmsg } from './trial-evidence-fixture.ts';

t.test('trial: a good one gives every metric', async t => {
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

t.test('trial: one that measured something else is invalid and gives no number', async t => {
  const values = goldenCounters();
  const { modcount: _, ...withoutModcount } = values;
  const cases: [string, Partial<TrialEvidence>, RegExp][] = [
    ['CPUs', { facts: { cpus_online: '1' } }, /1 CPUs were online.*instead of 2/],
    ['nodes', { expected: { ...expected, numaNodes: 2 } }, /1 memory nodes were online.*instead of 2/],
    [
      'more nodes',
      { expected: { ...expected, numaNodes: 2 }, facts: { cpus_online: '2', numa_nodes: '4' } },
      /4 memory nodes/,
    ],
    [
      'emulated instead of KVM',
      {
        expected: { ...expected, underKvm: true },
        facts: { cpus_online: '2', hypervisor: 'TCGTCGTCGTCG', clocksource: 'tsc' },
      },
      /was to run under KVM but does not see it: its hypervisor is "TCGTCGTCGTCG"/,
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
    [
      'a module that is none',
      {
        after: { values: { ...values, modcount: '12' }, stats: goldenWithoutTable() },
        kmsg: kmsg(['Invalid ELF section header overflow']),
      },
      /its file is not a valid module \(Invalid ELF section header overflow\)/,
    ],
    ['refused', { kmsg: kmsg(['Loading of unsigned module is rejected']) }, /it is not signed/],
    [
      'nothing loaded',
      { after: { values: { ...values, modcount: '12' }, stats: goldenWithoutTable() } },
      /not one load of the workload succeeded: 670 failed, and none as a duplicate/,
    ],
    [
      'failures without a row in the table',
      { after: { values, stats: goldenWithoutTable() } },
      /670 of 670 failed loads are not in the kernel's table of duplicates/,
    ],
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
      'skipped as it may hang',
      {
        output:
          "stress-ng: info:  [54] disabled 'module' as it may hang the machine (enable it with the --pathological option)\nstress-ng: info:  [54] skipped: 8: module (8)\n",
      },
      /may hang the machine/,
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
    ['missing', { after: { values: withoutModcount } }, /after the workload are missing modcount/],
    [
      'corrupt',
      { after: { values: { ...values, invalid_kread_bytes: '18446744073709551612' } } },
      /a negative count/,
    ],
    ['fell', { before: { values: { ...values, total_mod_size: '99999999' } } }, /total_mod_size fell/],
  ];
  for (const [name, change, reason] of cases) {
    const result = measureTrial(evidence(change));
    t.match(result.invalid, reason, name);
    t.same(result.metrics, {}, name);
  }
  const { after: _after, ...halfway } = evidence();
  t.match(measureTrial(halfway).invalid, /after the workload never arrived/);
});

t.test('trial: loads that fail by design are no fault of it', async t => {
  const values = { ...goldenCounters(), modcount: '12' };
  const failing = { after: { values, stats: goldenWithoutTable() } };
  const result = measureTrial(evidence({ ...failing, expected: { ...expected, loadsFail: true } }));
  t.equal(result.invalid, undefined);
  t.equal(result.metrics['failed_becoming'], 670);
  const refused = measureTrial(
    evidence({
      ...failing,
      kmsg: kmsg(['Invalid ELF header magic: != ELF']),
      expected: { ...expected, loadsFail: true },
    }),
  );
  t.match(refused.invalid, /not a valid module/, 'but a refusal is');
});

/** The stats text of the golden guest, had none of its failures been a duplicate. */
function goldenWithoutTable(): string {
  return golden('6.12', 'stats.txt').split('Duplicate failed modules:')[0] ?? '';
}

t.test('trial: missing is not zero', async t => {
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

t.test('trial: counters wrap where the kernel counts in 32 bits', async t => {
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
