import t from 'tap';
import { exporter as json } from '../../harness/report/formats/json.ts';
import { memoryLegend, exporter as terminal } from '../../harness/report/formats/terminal.ts';
import { type CellReport, reproduceCommand } from '../../harness/report/report-model.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { summarize } from '../../harness/report/summary.ts';
import { chooseScale, formatRange, formatValue } from '../../harness/report/text/quantity.ts';
import { renderTable } from '../../harness/report/text/table.ts';
import { goldenText } from '../fakes/golden.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../fakes/run-fixture.ts';

const path = 'results/20261121T030000Z-quick-3fa9';

t.test('a good run', async t => {
  const plan = fakePlan(
    [fakeCell('c1', 'stats', 1), fakeCell('c2', 'stats', 8), fakeCell('c3', 'plain', 8)],
    5,
  );
  const counts = [3681, 411, 36, 216, 230];
  const records = plan.trials.map(trial => {
    const times = { bootNs: 1.18e9 + trial.repetition * 7.5e7, workloadNs: 5.021e9 };
    if (trial.cell.config === 'plain') return fakeRecord(trial, {}, undefined, times);
    const scale = trial.cell.vcpus === 1 ? 0 : 1;
    const failed = scale * counts[trial.repetition - 1]!;
    const metrics = {
      mods_loaded: 39,
      failed_becoming: failed,
      failed_load: 0,
      wasted_bytes: String(BigInt(failed) * 1653728n),
      dup_warnings: scale * trial.repetition,
    };
    const duplicates = [{ name: 'xfs', count: failed, reason: 'Becoming' as const }];
    const duplicateRequests = scale ? [{ name: 'tun\x1b', count: trial.repetition }] : [];
    const chain = ['get_fs_type', 'run_request [test_kmod]', 'x\x1b'.repeat(60), 'never_shown'];
    const callers = scale ? [{ name: 'fs-xfs', caller: chain[0]!, chain, count: trial.repetition }] : [];
    return fakeRecord(trial, metrics, undefined, { ...times, duplicates, duplicateRequests, callers });
  });
  const report = reportRun({ run: fakeRun(), plan, records }, path);
  const text = terminal.run(report);
  t.equal(text, goldenText('report/golden/good.txt', text));
  t.ok(text.endsWith(`${path}\n`), 'the path of the run is the last line');
  t.ok(text.split('\n').every(line => line.length <= 120 && line === line.trimEnd()));
  const document = json.run(report);
  t.equal(document, goldenText('report/golden/good.json', document));
});

t.test('a cell of many settings goes on in the next line', t => {
  const cell = fakeCell('c1', 'stats', 1);
  cell.label = `config=stats vcpus=1 ${'workload.error=ENODEV '.repeat(4)}command_line=${'x'.repeat(50)}`;
  const plan = fakePlan([cell], 1);
  const records = plan.trials.map(trial => fakeRecord(trial, { wasted_bytes: 7 }));
  const lines = terminal.run(reportRun({ run: fakeRun(), plan, records }, path)).split('\n');
  const first = lines.indexOf('config=stats vcpus=1 workload.error=ENODEV');
  t.equal(lines[first + 1], '  workload.error=ENODEV workload.error=ENODEV');
  t.equal(lines[first + 2], '  workload.error=ENODEV');
  t.match(
    lines[first + 3],
    /^ {2}command_line=x{50} +1 +7 /,
    'a long word is not cut; the numbers stand last',
  );
  t.end();
});

t.test('a bad run: no number of a trial that did not pass, and hostile text stays text', async t => {
  const hostile = fakeCell('c2', 'stats', 8);
  hostile.settings['config'] = "it's; rm -rf /";
  const plan = fakePlan([fakeCell('c1', 'stats', 2), hostile, fakeCell('c3', 'stats', 64)], 3);
  const [a1, b1, c1, a2, b2, c2, a3, b3] = plan.trials;
  const evil = '\x1b]0;owned\x07\x1b[2J';
  const records = [
    fakeRecord(a1!, { wasted_bytes: 1000, failed_becoming: 2 }),
    fakeRecord(
      a2!,
      { wasted_bytes: 804e6, failed_becoming: 243 },
      { kind: 'invalid', reason: `Unknown symbol ${evil}crc32c` },
    ),
    fakeRecord(a3!, { failed_becoming: 3 }, undefined, {
      findings: [
        { code: 'SUM_MISMATCH', severity: 'warning', message: `the parts sum to 1${evil}` },
        { code: 'NOTED', severity: 'note', message: 'harmless' },
      ],
    }),
    fakeRecord(
      b1!,
      { failed_becoming: 777777 },
      { kind: 'crashed', class: 'sanitizer', title: `KASAN: use-after-free Read in bar${evil}` },
      {
        consoleTail: [
          ...Array.from({ length: 30 }, (_, index) => `line ${index}`),
          `${evil}the last words ${'x'.repeat(400)}`,
        ],
      },
    ),
    fakeRecord(b2!, {}, { kind: 'timeout', phase: 'boot', reason: 'no hello within 60 s' }),
    fakeRecord(b3!, {}, { kind: 'interrupted' }),
    fakeRecord(c1!, {}, { kind: 'infrastructure', reason: 'QEMU ended with 1' }),
    fakeRecord(c2!, {}, { kind: 'infrastructure', reason: 'QEMU ended with 1' }),
  ];
  const report = reportRun({ run: fakeRun({ shard: { index: 1, count: 4 } }), plan, records }, path);
  const text = terminal.run(report);
  t.equal(text, goldenText('report/golden/bad.txt', text));
  t.notOk(text.includes('\x1b') || text.includes('\x07'));
  t.notMatch(
    text.slice(0, text.indexOf('[1]  ')),
    /777777|243|766/,
    'the table has no number of a bad trial',
  );
  t.match(JSON.parse(json.run(report)), {
    version: 1,
    outcomes: { passed: 2, invalid: 1, crashed: 1 },
    notRun: 1,
    cells: [
      {
        passed: 2,
        metrics: { failed_becoming: { n: 2, missing: 0, median: 2.5 }, wasted_bytes: { n: 1, missing: 1 } },
      },
      { passed: 0, metrics: {} },
      { notRun: 1 },
    ],
  });
  t.equal(
    reproduceCommand(fakeRun({ accelerator: { accelerator: 'kvm', requested: 'kvm', reason: '' } }), hostile),
    `npm run -s modstorm -- run matrices/quick.yaml --filter 'config=it'\\''s; rm -rf /' --filter vcpus=8 --accel kvm --repetitions 1`,
  );
});

t.test('a run without any record still says what it was', async t => {
  const plan = fakePlan([fakeCell('c1', 'stats', 2)], 1);
  const text = terminal.run(reportRun({ run: fakeRun(), plan, records: [] }, path));
  t.equal(text, goldenText('report/golden/empty.txt', text));
});

t.test('summaries are exact, and know missing from zero', async t => {
  t.equal(summarize([]), undefined);
  t.equal(summarize([null, null]), undefined);
  t.strictSame(summarize([null, 0, 4, 0]), { n: 3, missing: 1, median: 0, low: 0, high: 4 });
  t.strictSame(
    summarize([10, 9, 100, 1]),
    { n: 4, missing: 0, median: 9.5, low: 1, high: 100 },
    'sorted as numbers',
  );
  const large = 2n ** 63n;
  t.strictSame(summarize([large + 1n, 5, large + 3n]), {
    n: 3,
    missing: 0,
    median: large + 1n,
    low: 5,
    high: large + 3n,
  });
  t.equal(summarize([large + 1n, large + 3n])?.median, large + 2n);
  t.equal(summarize([1.5, large])?.median, (1n + large) / 2n);
  t.equal(summarize([large, large])?.median, large);
});

t.test('one scale a column; only zero prints as zero', async t => {
  const mib = chooseScale('bytes', [0, 6087372768, 341e6]);
  t.strictSame(mib, { unit: 'GiB', divisor: 2 ** 30, decimals: 2 });
  t.equal(formatValue(6087372768, mib), '5.67');
  t.equal(formatValue(6087372768n, mib), '5.67');
  t.equal(formatValue(0, mib), '0');
  t.equal(formatValue(1000, mib), '<0.01');
  t.equal(formatRange(341e6, 6087372768, mib), '0.32..5.67');
  t.equal(formatRange(1, 2, mib), '<0.01');
  t.strictSame(chooseScale('ns', [1.38e9, 12.7e9]), { unit: 's', divisor: 1e9, decimals: 1 });
  t.strictSame(chooseScale('ns', []), { unit: 'ns', divisor: 1, decimals: 'auto' });
  t.match(chooseScale('bytes', [2 ** 62]), { unit: 'PiB', decimals: 0 });
  const count = chooseScale('count', [216.5]);
  t.equal(formatValue(216.5, count), '216.5');
  t.equal(formatValue(18446744073709551615n, count), '18446744073709551615');
  t.match(chooseScale('per_second', [3]), { unit: '/s' });
});

t.test('tables: points under each other, ranges at the edge, nothing behind', async t => {
  const lines = renderTable(
    [
      { head: ['cell'], align: 'left' },
      { head: ['wasted', 'MiB'], align: 'decimal' },
      { head: ['note'], align: 'left' },
    ],
    [
      ['a', '1.25', ''],
      ['b', '100', 'x'],
      ['', '1..100', ''],
      ['c', '-', ''],
      ['d', '<0.01'],
    ],
  );
  t.strictSame(lines, [
    '      wasted',
    'cell     MiB  note',
    '----  ------  ----',
    'a       1.25',
    'b     100     x',
    '      1..100',
    'c          -',
    'd      <0.01',
  ]);
});

t.test('a report with both says what is traffic and what is peak use', t => {
  const cell = (...names: string[]) =>
    ({ metrics: new Map(names.map(name => [name, {}])) }) as unknown as CellReport;
  t.same(memoryLegend([cell('wasted_bytes'), cell('attempts')]), []);
  t.same(memoryLegend([cell('memory_peak_bytes')]), []);
  t.match(memoryLegend([cell('wasted_bytes'), cell('mapped_peak_bytes')]), [/traffic/, /memory peak/]);
  t.end();
});

t.test('the time of a run is that of the monotonic clock, whatever the date was set to', async t => {
  const plan = fakePlan([fakeCell('c1', 'stats', 1)], 4);
  const records = plan.trials.map((trial, index) =>
    fakeRecord(trial, {}, undefined, {
      // An hour back after the second trial; the last one is of a resumed run, after a boot of the host.
      startedAt: new Date(Date.UTC(2026, 10, 21, index < 2 ? 3 : 2, 0, index * 10)).toISOString(),
      clock: { base: index < 3 ? 'first' : 'second', startNs: index < 3 ? 500e9 + index * 10e9 : 7e9 },
      durationNs: 5e9,
    }),
  );
  t.equal(reportRun({ run: fakeRun(), plan, records }, path).model.elapsedNs, 25e9 + 5e9);
});
