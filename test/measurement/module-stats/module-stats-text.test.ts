import t from 'tap';
import { missingCounters, readCounters } from '../../../harness/measurement/module-stats/counters.ts';
import { checkTextAgainstFiles, wastedBytes } from '../../../harness/measurement/module-stats/cross-check.ts';
import { type CounterName, counterNames } from '../../../harness/measurement/module-stats/kernel-counter.ts';
import type { DuplicateModule } from '../../../harness/measurement/module-stats/module-stats.ts';
import { parseModuleStats } from '../../../harness/measurement/module-stats/module-stats-text.ts';
import { golden } from '../console-fixture.ts';
import { renderKernelStats } from '../stats-renderer.ts';

function codes(text: string): string[] {
  return parseModuleStats(text).findings.map(({ code }) => code);
}

function zeroes(): Record<CounterName, bigint> {
  return Object.fromEntries(counterNames.map(name => [name, 0n])) as Record<CounterName, bigint>;
}

t.test('stats text: the tables of commit df3e764d8e5c', async t => {
  const before = parseModuleStats(golden('commit-df3e764d8e5c-255-vcpu-before.stats.txt'));
  t.match(before.counters, { modcount: 67n, failed_load_modules: 1411n, invalid_mod_bytes: 14588526272n });
  t.equal(before.wastedBytes, 14588526272n);
  t.same(before.averages, {
    'Average mod size': 171115n,
    'Average mod text size': 62602n,
    'Average fail load bytes': 10339140n,
  });
  t.equal(before.duplicates.length, 24);
  t.same(before.duplicates[0], { name: 'kvm_intel', count: 249, reason: 'Load' });
  t.same(before.findings, [], 'it holds against itself');

  const after = parseModuleStats(golden('commit-df3e764d8e5c-8-vcpu-after.stats.txt'));
  t.match(after.counters, {
    failed_becoming: 83n,
    failed_load_modules: 16n,
    invalid_becoming_bytes: 228959096n,
  });
  t.same(after.duplicates[2], { name: 'irqbypass', count: 6, reason: 'Becoming & Load' });
  t.equal(
    after.duplicates.reduce((sum, { count }) => sum + count, 0),
    99,
    'every failure was a duplicate',
  );
  t.same(after.findings, []);
  t.same(
    parseModuleStats(golden('commit-df3e764d8e5c-8-vcpu-after.pasted-from-web.txt')),
    after,
    'no-break spaces change nothing',
  );
});

t.test('stats text: guests of 6.12, text and single files agree', async t => {
  for (const folder of ['6.12', '6.12-dups-trace']) {
    const stats = parseModuleStats(golden(folder, 'stats.txt'));
    const lines = golden(folder, 'counters.txt').trim().split('\n');
    const files = readCounters(Object.fromEntries(lines.map(line => line.split(' ') as [string, string])));
    t.same(files.findings, []);
    t.same(files.counters, stats.counters, folder);
    t.same(checkTextAgainstFiles(stats.counters, files.counters), []);
    t.same(missingCounters(files.counters), []);
    t.equal(wastedBytes(files.counters), stats.wastedBytes);
    t.same(stats.findings, []);
    t.equal(stats.duplicates[0]?.name, 'xfs');
    t.same(
      parseModuleStats(golden(folder, 'counters.txt')).counters,
      stats.counters,
      'the files as one text',
    );
  }
});

t.test('stats text: what people paste', async t => {
  const text = golden('commit-df3e764d8e5c-8-vcpu-after.stats.txt');
  const plain = parseModuleStats(text);
  const lines = text.trimEnd().split('\n');
  const forms: Record<string, string> = {
    'carriage returns': lines.join('\r\n'),
    'quoted mail': lines.map(line => `> ${line}`).join('\n'),
    'twice quoted mail': lines.map(line => `> > ${line}`).join('\n'),
    'indented quoted mail': lines.map(line => `  > | ${line}`).join('\n'),
    'tightly quoted mail': lines.map(line => `>>${line}`).join('\n'),
    'spaces squeezed': text.replace(/[ \t]+/g, ' '),
    'colons after labels': lines
      .map(line => line.replace(/^( *[A-Z][A-Za-z ]+?)( +\d+)$/, '$1:$2'))
      .join('\n'),
    'a session': `root@big:~# cat /sys/kernel/debug/modules/stats\n${lines.join('\n')}\nroot@big:~# uptime\n 12:00 up 3\n`,
    'source of a page': lines.join('\n').replaceAll('&', '&amp;').replaceAll(' ', '&nbsp;'),
    'the new header': lines.join('\n').replace('module-name', 'Module-name'),
    'a serial console': lines.map(line => `[   12.345678] ${line}`).join('\n'),
    'a mail with words around': `Hi,\n\nwe saw this on 8 CPUs:\n\n${lines.join('\n')}\n\nThanks,\nJohn 3\n`,
  };
  for (const [form, pasted] of Object.entries(forms)) {
    const stats = parseModuleStats(pasted);
    t.same(stats.counters, plain.counters, form);
    t.same(stats.duplicates, plain.duplicates, form);
    t.same(stats.averages, plain.averages, form);
    t.same(stats.findings, [], form);
  }
  const grep = counterNames.map(name => `/sys/kernel/debug/modules/${name}:7`).join('\n');
  t.equal(parseModuleStats(grep).counters.invalid_mod_bytes, 7n, '`grep . /sys/kernel/debug/modules/*`');
  const both = parseModuleStats(`${golden('6.12', 'stats.txt')}\n${text}`);
  t.same(both.counters, plain.counters, 'of two texts the last one counts');
  t.match(both.findings, [{ code: 'MULTIPLE_STATS', severity: 'warning', line: 20 }]);
});

t.test('stats text: what a newer kernel may print', async t => {
  const text = golden('6.12', 'stats.txt').replace(
    'Total module size',
    'Mods failed on signature\t3\n        Total module size',
  );
  const stats = parseModuleStats(text);
  t.same(stats.unknown, [{ label: 'Mods failed on signature', value: '3' }]);
  t.match(stats.findings, [{ code: 'UNKNOWN_LABEL', severity: 'note', line: 6 }]);
  t.same(codes(golden('6.12', 'stats.txt').replace('                 Becoming\n', '        Eaten\n')), [
    'UNKNOWN_REASON',
  ]);
});

t.test('stats text: every violation is a named finding', async t => {
  const text = golden('6.12', 'stats.txt');
  const cases: [string, string, string, string[]][] = [
    ['sum', 'wasted bytes\t1108431920', 'wasted bytes\t1108431921', ['SUM_MISMATCH']],
    ['average', 'Average mod size\t583908', 'Average mod size\t583907', ['AVERAGE_MISMATCH']],
    [
      'duplicates',
      '            670\t',
      '            671\t',
      ['DUPLICATES_EXCEED_FAILURES', 'REASON_EXCEEDS_COUNT'],
    ],
    [
      'text size',
      'mod text size\t8224768',
      'mod text size\t15765505',
      ['TEXT_EXCEEDS_TOTAL', 'AVERAGE_MISMATCH'],
    ],
    ['count without bytes', 'failed on load\t0', 'failed on load\t2', ['COUNT_WITHOUT_BYTES']],
    ['no reason', 'Becoming\n', 'Bug-on-stats\n', ['BUG_ON_STATS']],
    ['33 bits', 'failed on kread\t0', 'failed on kread\t4294967296', ['OUT_OF_RANGE']],
    ['65 bits', 'Failed kread bytes\t0', 'Failed kread bytes\t18446744073709551616', ['OUT_OF_RANGE']],
    ['fifty digits', 'Failed kread bytes\t0', `Failed kread bytes\t${'9'.repeat(50)}`, ['OUT_OF_RANGE']],
    ['a line lost', '      Mods failed on load\t0\n', '', ['STATS_INCOMPLETE']],
    ['no number', 'failed on kread\t0', 'failed on kread\tnone', ['STATS_INCOMPLETE']],
  ];
  for (const [name, from, to, expected] of cases) {
    t.ok(text.includes(from), `${name}: the golden text has it`);
    const last = text.lastIndexOf(from);
    t.same(codes(text.slice(0, last) + to + text.slice(last + from.length)), expected, name);
  }
  const errno = text
    .replace('Failed kread bytes\t0', 'Failed kread bytes\t18446744073709551612')
    .replace('wasted bytes\t1108431920', 'wasted bytes\t1108431916');
  const stats = parseModuleStats(errno);
  t.equal(stats.counters.invalid_kread_bytes, 2n ** 64n - 4n, 'kept to the last digit');
  t.match(stats.findings, [{ code: 'CORRUPT', severity: 'invalid' }, { code: 'BYTES_WITHOUT_COUNT' }]);
});

t.test('stats text: the list of duplicates that the kernel cuts', async t => {
  const long = 'm'.repeat(55);
  const rows = (count: number, name = (index: number) => `mod_${index}`): DuplicateModule[] =>
    Array.from({ length: count }, (_, index) => ({
      name: name(index),
      count: 1,
      reason: 'Becoming' as const,
    }));
  const state = (duplicates: DuplicateModule[]) => ({
    counters: { ...zeroes(), failed_becoming: BigInt(duplicates.length), invalid_becoming_bytes: 4096n },
    duplicates,
  });
  t.same(
    parseModuleStats(renderKernelStats(state(rows(5, index => `${long.slice(2)}_${index}`)))).findings,
    [],
  );
  t.equal(parseModuleStats(renderKernelStats(state(rows(1, () => long)))).duplicates[0]?.name, long);
  t.same(codes(renderKernelStats(state(rows(110)))), [], '110 names fit');
  t.same(codes(renderKernelStats(state(rows(150)))), ['LIST_TRUNCATED'], '150 do not');
  const cut = parseModuleStats(
    renderKernelStats(state(rows(100, index => `${long.slice(3)}${100 + index}`))),
  );
  t.ok(cut.duplicates.length < 100, 'long names run out of the buffer first');
  t.match(cut.findings, [{ code: 'LIST_TRUNCATED' }]);
});

t.test('stats text: one that was cut short says what it lacks', async t => {
  const text = golden('6.12', 'stats.txt');
  const cut = parseModuleStats(text.slice(0, text.indexOf('Failed kmod bytes')));
  t.match(cut.findings, [
    { code: 'STATS_INCOMPLETE', severity: 'warning', message: /is missing "Failed kmod bytes"/ },
  ]);
  t.equal(cut.counters.invalid_mod_bytes, undefined);
  t.match(parseModuleStats('failed_becoming 3\n').findings, [{ code: 'STATS_INCOMPLETE' }]);
});

t.test('stats text: one without one known label', async t => {
  for (const text of ['', 'hello', 'processor : 0\nmodel : 3\n', 'Average mod size 3\n', '\0\xff']) {
    t.throws(() => parseModuleStats(text), { name: 'UsageError', code: 'STATS_UNRECOGNISED' });
  }
});
