import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { HarnessError } from '../../harness/errors.ts';
import { inspectText } from '../../harness/measurement/inspection.ts';
import { inspectionJson } from '../../harness/measurement/inspection-json.ts';
import { parseKmsgRecord } from '../../harness/measurement/kernel-log/kmsg-record.ts';
import { type CounterName, kernelCounters } from '../../harness/measurement/module-stats/kernel-counter.ts';
import type { ModuleStats } from '../../harness/measurement/module-stats/module-stats.ts';
import { parseModuleStats } from '../../harness/measurement/module-stats/module-stats-text.ts';
import { normaliseText } from '../../harness/measurement/text/normalise.ts';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { parseStressNgOutput, parseStressNgYaml } from '../../harness/measurement/workload/stress-ng.ts';
import { renderInspection } from '../../harness/report/inspection.ts';
import { golden } from '../measurement/console-fixture.ts';
import { findCrash, parseDuplicateRequests, parseKernelLog } from '../measurement/log-reading.ts';
import { type KernelState, renderKernelStats } from '../measurement/stats-renderer.ts';

const counters = fc.record(
  Object.fromEntries(
    kernelCounters.map(({ name, bits }) => [name, fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })]),
  ),
) as fc.Arbitrary<Record<CounterName, bigint>>;

const duplicate = fc.record(
  {
    name: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,54}$/),
    count: fc.integer({ min: 1, max: 2 ** 40 }),
    reason: fc.constantFrom('Becoming', 'Load', 'Becoming & Load', 'Bug-on-stats'),
  },
  { noNullPrototype: true },
);

/** States whose text fits the kernel's buffer. */
const state: fc.Arbitrary<KernelState> = fc.record({
  counters,
  duplicates: fc.uniqueArray(duplicate, { maxLength: 5, selector: ({ name }) => name }),
}) as fc.Arbitrary<KernelState>;

function essence({ counters, wastedBytes, averages, duplicates, findings }: ModuleStats): unknown {
  return { counters, wastedBytes, averages, duplicates, codes: findings.map(({ code }) => code) };
}

t.test('what the kernel prints is what is read', async () => {
  fc.assert(
    fc.property(state, kernel => {
      // Long names in few failures run out of the kernel's buffer; that has its own test.
      const failures = 112n;
      const text = renderKernelStats({
        counters: { ...kernel.counters, failed_becoming: failures, failed_load_modules: 0n },
        duplicates: kernel.duplicates,
      });
      const stats = parseModuleStats(text);
      assert.deepEqual(stats.counters, {
        ...kernel.counters,
        failed_becoming: failures,
        failed_load_modules: 0n,
      });
      assert.deepEqual(stats.duplicates, kernel.duplicates);
      assert.ok(!stats.findings.some(({ code }) => code === 'SUM_MISMATCH' || code === 'AVERAGE_MISMATCH'));
      assert.ok(!stats.findings.some(({ code }) => code === 'LIST_TRUNCATED' || code === 'UNKNOWN_LABEL'));
    }),
    { numRuns: 100 },
  );
});

t.test('quotes, no-break spaces and carriage returns change nothing', async () => {
  const change = fc.constantFrom(
    (line: string) => `> ${line}`,
    (line: string) => `>> ${line}`,
    (line: string) => line.replaceAll(' ', '\u00a0'),
    (line: string) => line.replaceAll('\t', '   '),
    (line: string) => `${line}\r`,
    (line: string) => `${line}   `,
  );
  fc.assert(
    fc.property(state, fc.array(change, { minLength: 1, maxLength: 3 }), (kernel, changes) => {
      const text = renderKernelStats({
        ...kernel,
        counters: { ...kernel.counters, failed_becoming: 200n, failed_load_modules: 0n },
      });
      const changed = text
        .trimEnd()
        .split('\n')
        .map(line => changes.reduce((result, apply) => apply(result), line))
        .join('\n');
      assert.deepEqual(essence(parseModuleStats(changed)), essence(parseModuleStats(text)));
    }),
    { numRuns: 100 },
  );
});

/** Pieces of real texts, broken, repeated and mixed with junk. */
const words = fc.constantFrom(
  ...golden('6.12-dups-trace', 'dmesg.txt').split('\n').slice(245, 300),
  ...golden('6.12', 'stats.txt').split('\n'),
  ...golden('6.12', 'stress-ng.yaml').split('\n'),
  'BUG: KASAN: ',
  'Kernel panic - not syncing: ',
  'Duplicate failed modules:',
  'module-autoload: duplicate request for module __proto__',
  '-- Boot 0123456789abcdef0123456789abcdef --',
  '4,1,1,-;x\\x0',
);
const junk = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: words },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    ),
    { maxLength: 40 },
  )
  .map(lines => lines.join('\n'));

t.test('junk ends in a value or in an error of ours', async () => {
  const readers: ((text: string) => unknown)[] = [
    parseModuleStats,
    parseStressNgYaml,
    parseStressNgOutput,
    findCrash,
    parseDuplicateRequests,
    parseKernelLog,
    parseKmsgRecord,
    text => JSON.stringify(inspectionJson(inspectText(text))),
    text => renderInspection(inspectText(text)),
    text =>
      measureTrial({
        before: { values: { modcount: text }, stats: text },
        after: { values: { [text]: text }, stats: text },
        kmsg: text.split('\n'),
        output: text,
        results: [
          { file: 'a', format: 'stress-ng', text },
          { file: 'b', format: 'metrics', text },
        ],
        facts: { cpus_online: text },
        samples: [{ mem_free: text }],
        expected: { vcpus: 1, moduleStats: true, metrics: [] },
      }),
  ];
  fc.assert(
    fc.property(junk, text => {
      for (const read of readers) {
        try {
          read(text);
        } catch (error) {
          if (!(error instanceof HarnessError)) throw error;
        }
      }
    }),
    { numRuns: 300 },
  );
});

t.test('normalising never throws, is bounded, and leaves clean lines as they are', async () => {
  const hostile = fc.array(
    fc.oneof(
      words,
      fc.constantFrom(
        '=3D',
        '=\n',
        '&amp;',
        '<br>',
        '\x1b[',
        '\\n',
        '{"MESSAGE":',
        '^I$',
        '#012',
        '\r',
        '> ',
        '__CURSOR=',
        '\b',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(hostile, parts => {
      const text = parts.join('');
      assert.ok(normaliseText(text).text.length <= 4 * text.length + 1000);
    }),
    { numRuns: 200 },
  );
  const clean = fc.array(fc.stringMatching(/^[a-z][a-z ,.]{0,60}$/), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(clean, lines => {
      const text = `${lines.map((line, index) => `[${index.toFixed(6).padStart(12)}] ${line}`).join('\n')}\n`;
      assert.deepEqual(normaliseText(text), { text, undone: [] });
    }),
    { numRuns: 100 },
  );
});

t.test('no title holds an address, a control character or a counter', async () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.integer({ min: 0, max: 255 }),
      (address, cpu) => {
        const hex = address.toString(16).padStart(16, '0');
        const crash = findCrash(
          [
            `[    1.000000] Kernel panic - not syncing: bad ${hex} at 0x${hex} on CPU${cpu}, ${cpu} tries \u00e9`,
            `[    1.000001] CPU: ${cpu} PID: 1`,
          ].join('\n'),
        );
        assert.equal(crash?.title, 'kernel panic: bad ADDR at ADDR on CPU, NUM tries ?');
      },
    ),
    { numRuns: 100 },
  );
});

t.test('every report of a duplicate is counted once, however the lines of splats are shuffled', async () => {
  const splat = (name: string) => [
    `module-autoload: duplicate request for module ${name}`,
    'WARNING: CPU: 1 PID: 9 at kmod_dup_request_exists_wait+0x13d/0x1c0',
    'Call Trace:',
    ' __request_module+0xf0/0x250',
    ' run_request+0x87/0xd0 [test_kmod]',
    '---[ end trace 0000000000000000 ]---',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('tun', 'fs-xfs', 'crypto-aes'), { maxLength: 12 }),
      fc.infiniteStream(fc.nat(11)),
      (names, picks) => {
        const queues = names.map(splat);
        const lines: string[] = [];
        while (queues.some(queue => queue.length > 0)) {
          const open = queues.filter(queue => queue.length > 0);
          lines.push(open[picks.next().value! % open.length]!.shift()!);
        }
        const { total, requests, callers } = parseDuplicateRequests(lines.join('\n'));
        assert.equal(total, names.length);
        for (const { name, count } of requests)
          assert.equal(count, names.filter(other => other === name).length);
        assert.equal(
          callers.reduce((sum, { count }) => sum + count, 0),
          names.length,
        );
        assert.equal(findCrash(lines.join('\n')), null);
      },
    ),
    { numRuns: 100 },
  );
});

t.test('texts made to be slow or deep are read in seconds', async t => {
  const size = 400_000;
  const many = (part: string) => part.repeat(Math.ceil(size / part.length));
  const hostile = [
    many('>'),
    many('"\\'),
    `{${many('"\\')}`,
    many('{'),
    many('{"a":'),
    many('=\n'),
    many('\x1b['),
    many('&lt;'),
    many('<a '),
    many('[    1.0]'),
    many('kernel: '),
    many('[-a-]{+'),
    `- {dt: ${'{'.repeat(16_000)}}\n- {"dt": ${'[&a '.repeat(4000)}}\n`,
    `Mods ever loaded ${many('1 234 ')}`,
    many('a: Mods ever loaded 1\n'),
    `Mods ever loaded 1\nDuplicate failed modules:\n${many('a 1 Becoming ')}`,
    many('@@ -1,1 +1,1 @@\n'),
    `[ 1.0] BUG: KASAN: use-after-free in x\n${many(`[ 1.0]  _RMC0${'R'.repeat(480)}p+0x1/0x2\n`)}`,
  ];
  const start = performance.now();
  for (const text of hostile) {
    try {
      inspectText(text);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
    }
  }
  t.ok(performance.now() - start < 60_000, 'linear in their length');
});

t.test(
  'a stats text that is cut anywhere gives true numbers, and is never silent about what it lacks',
  async t => {
    const forms: [string, (text: string) => string][] = [
      ['as printed', text => text],
      ['in a log', text => text.replace(/^/gm, '[   12.345678] ')],
    ];
    for (const [form, render] of forms) {
      const whole = render(golden('6.12', 'stats.txt'));
      const truth = statsOf(whole);
      assert(truth);
      for (let at = 1; at < whole.length; at++) {
        for (const part of [whole.slice(0, at), whole.slice(at)]) {
          const found = statsOf(part);
          if (!found) continue;
          for (const [name, value] of Object.entries(found.counters))
            assert.equal(value, truth.counters[name as CounterName], `${form}, cut at ${at}: ${name}`);
          assert.deepEqual(
            found.duplicates,
            truth.duplicates.slice(0, found.duplicates.length),
            `${form}, at ${at}`,
          );
          const isWhole =
            Object.keys(found.counters).length === Object.keys(truth.counters).length &&
            found.duplicates.length === truth.duplicates.length;
          assert(isWhole || found.findings.length > 0, `${form}, cut at ${at} in silence`);
        }
      }
    }
    t.pass();
  },
);

/** The stats that a text holds; undefined if it holds none. */
function statsOf(text: string): ModuleStats | undefined {
  try {
    const inspection = inspectText(text);
    return inspection.kind === 'stats' ? inspection.stats : undefined;
  } catch (error) {
    if (error instanceof HarnessError) return undefined;
    throw error;
  }
}
