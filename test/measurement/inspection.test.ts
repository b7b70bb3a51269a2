import t from 'tap';
import { inspectText } from '../../harness/measurement/inspection.ts';
import { inspectionJson } from '../../harness/measurement/inspection-json.ts';
import { golden } from './console-fixture.ts';

t.test('inspection of stats texts, logs, and both in one', async t => {
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
    [{ code: 'MULTIPLE_STATS', line: 120_001, message: /lines 120001, 120019/ }],
    'lines count from the first of the whole file, and the whole text counts',
  );
  for (const text of ['', ' \r\n\n']) {
    t.throws(() => inspectText(text), { code: 'INSPECT_UNRECOGNISED', message: /empty/ });
  }
  for (const text of ['hello\nworld\n', '{"a": 1}', '\0'.repeat(5000)]) {
    t.throws(() => inspectText(text), { name: 'UsageError', code: 'INSPECT_UNRECOGNISED' });
  }
  const hint = { name: 'UsageError', hint: /modstorm blame/ };
  t.throws(() => inspectText('# tracer: nop\n#\n'), hint, 'a trace belongs to another command');
});
