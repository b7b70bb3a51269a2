import t from 'tap';
import type { Crash } from '../../harness/measurement/crashes/crash.ts';
import { findCrashes, worstCrash } from '../../harness/measurement/crashes/crash-report.ts';
import { inspectText } from '../../harness/measurement/inspection.ts';
import { kmsgLines, lostRecords, parseKmsgRecord } from '../../harness/measurement/kernel-log/kmsg-record.ts';
import { eachLogLine, parseLogLine } from '../../harness/measurement/kernel-log/log-line.ts';
import { parseFrame } from '../../harness/measurement/kernel-log/stack-frame.ts';
import { consoleFixtures, golden } from './console-fixture.ts';
import { findCrash, parseDuplicateRequests, parseKernelLog } from './log-reading.ts';

t.test('consoles', async t => {
  const fixtures = consoleFixtures();
  t.ok(fixtures.length >= 45);
  for (const { name, expected, log } of fixtures) {
    const crash = findCrash(log);
    t.equal(crash?.title ?? 'none', expected['TITLE'], name);
    t.equal(crash?.class ?? 'none', expected['CLASS'], name);
    t.equal(crash?.fatal === true ? 'yes' : 'no', expected['FATAL'], name);
    const inspection = inspectText(log);
    if (inspection.kind !== 'log') throw new Error(`${name} is no stats text`);
    t.equal(inspection.findings.map(({ code }) => code).join(' '), expected['FINDINGS'] ?? '', name);
    const requests = inspection.duplicateRequests.requests.map(request => `${request.name} ${request.count}`);
    t.equal(requests.join(', '), expected['DUPLICATES'] ?? '', name);
  }
});

t.test('12 threads of test_kmod ask 11 times too often', async t => {
  for (const file of ['dmesg.txt', 'console.log']) {
    const plain = parseDuplicateRequests(golden('6.12', file));
    t.same(plain.requests, [{ name: 'tun', count: 11 }], file);
    t.same(plain.callers, [], 'a plain warning does not say who asked');
    const traced = parseDuplicateRequests(golden('6.12-dups-trace', file));
    t.equal(traced.total, 11, file);
    t.same(traced.callers, [
      { name: 'tun', caller: 'run_request [test_kmod]', chain: ['run_request [test_kmod]'], count: 11 },
    ]);
    for (const folder of ['6.12', '6.12-dups-trace']) {
      t.same(findCrashes(golden(folder, file)), [], 'expected, so no crash');
      t.same(parseKernelLog(golden(folder, file)), []);
    }
  }
});

t.test('splats of two CPUs, line by line through one another', async t => {
  const splat = (name: string, frames: string[]) => [
    `module-autoload: duplicate request for module ${name}`,
    'WARNING: CPU: 0 PID: 1 at kmod_dup_request_exists_wait+0x13d/0x1c0',
    'Call Trace:',
    ' <TASK>',
    ' __request_module+0xf0/0x250',
    ...frames.map(frame => ` ${frame}+0x1/0x2`),
    ' ? kthread_park+0x80/0x80',
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ];
  const left = splat('crypto-aes', ['crypto_larval_lookup', 'alg_bind', 'do_syscall_64']);
  const right = splat('fs-xfs', ['get_fs_type', 'do_mount', 'do_syscall_64']);
  const mixed = left.flatMap((line, index) => [line, right[index]!]);
  const folded = parseDuplicateRequests(mixed.join('\n'));
  t.same(folded.callers, [
    {
      name: 'crypto-aes',
      caller: 'crypto_larval_lookup',
      chain: ['crypto_larval_lookup', 'alg_bind'],
      count: 1,
    },
    { name: 'fs-xfs', caller: 'get_fs_type', chain: ['get_fs_type', 'do_mount'], count: 1 },
  ]);
  t.match(folded.findings, [{ code: 'TRACES_INTERLEAVED', severity: 'note' }]);
  const named = mixed.map((line, index) => `[    1.000000][  T${index % 2}] ${line}`);
  t.same(parseDuplicateRequests(named.join('\n')).findings, [], 'with callers printed nothing is in doubt');
  const cut = parseDuplicateRequests(left.slice(0, 2).join('\n'));
  t.equal(cut.total, 1);
  t.same(cut.callers, [], 'a splat without its trace still counts');
});

t.test('records of /dev/kmsg', async t => {
  const raw =
    '6,339,5140900,-,caller=T12;NET: Registered \\xf0\\x9f\\x90\\xa7 \\x5c\\x0asecond\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n';
  t.same(parseKmsgRecord(raw), {
    level: 6,
    facility: 0,
    sequence: 339,
    timeUs: 5140900,
    caller: 'T12',
    text: 'NET: Registered 🐧 \\\nsecond',
    properties: { SUBSYSTEM: 'acpi', DEVICE: '+acpi:PNP0A03:00' },
  });
  t.match(parseKmsgRecord('30,1,2,c;udevd[1]: hi'), { level: 6, facility: 3 });
  for (const junk of ['', ';', 'a,b,c,d;e', '6,339,5140900', '99999999999,1,1,-;x'])
    t.equal(parseKmsgRecord(junk), undefined);
  t.same(
    [...kmsgLines([raw, 'no record'])].map(({ text, line }) => [text, line]),
    [
      ['NET: Registered 🐧 \\', 1],
      ['second', 2],
      ['no record', 3],
    ],
  );
  const records = ['6,1,1,-;a', '6,2,1,-;a', '6,5,1,-;a'].map(record => parseKmsgRecord(record)!);
  t.equal(lostRecords(records), 2);
});

t.test('what stands before a message', async t => {
  const text = 'BUG: soft lockup - CPU#1 stuck for 22s!';
  const forms: [string, string | undefined, number | undefined][] = [
    ['', undefined, undefined],
    ['[   12.345678] ', undefined, 12.345678],
    ['<4>[   12.345678] ', undefined, 12.345678],
    ['[   12.345678][  T123] ', 'T123', 12.345678],
    ['[   12.345678][    C1] ', 'C1', 12.345678],
    ['kern  :warn  : [   12.345678] ', undefined, 12.345678],
    ['Nov 21 03:12:07 build7 kernel: [   12.345678] ', undefined, 12.345678],
    ['Nov 21 03:12:07 build7 kernel: ', undefined, undefined],
    ['2026-11-21T02:50:57.123456+0000 build7 kernel: ', undefined, undefined],
    ['[Sat Nov 21 02:50:57 2026] ', undefined, undefined],
    ['4,912,12345678,-,caller=C1;', 'C1', 12.345678],
    ['> > [   12.345678] ', undefined, 12.345678],
    ['** 3 printk messages dropped ** [   12.345678] ', undefined, 12.345678],
    ['\t  [   12.345678] ', undefined, 12.345678],
    ['  > | [   12.345678][  T123] ', 'T123', 12.345678],
    ['[   12.345678 <    0.000012>] ', undefined, 12.345678],
    ['[<    0.000012>] ', undefined, undefined],
    ['[Sat Nov 21 02:50:57 2026 <    0.000012>] ', undefined, undefined],
    ['[Nov21 02:50] ', undefined, undefined],
    ['[  +0.000012] ', undefined, undefined],
    ['2026-11-21T02:50:57,123456+00:00 ', undefined, undefined],
    ['kern  :warn  : 2026-11-21T02:50:57,123456+00:00 ', undefined, undefined],
    ['kern  :warn  : [Nov21 02:50] ', undefined, undefined],
    ['[   12.345678] build7 kernel: ', undefined, 12.345678],
    ['[   12.345678 <    0.000012 >] build7 kernel: ', undefined, 12.345678],
    ['Sat 2026-11-21 02:50:57 UTC build7 kernel: ', undefined, undefined],
    ['Sat 2026-11-21 02:50:57.123456 +0530 build7 kernel: ', undefined, undefined],
    ['1795229457.123456 build7 kernel: ', undefined, undefined],
    ['Nov 21 03:12:07 kernel: ', undefined, undefined],
    ['\x1b[32m[   12.345678] \x1b[0m\x1b[31m', undefined, 12.345678],
  ];
  for (const [prefix, caller, time] of forms) {
    const line = parseLogLine(`${prefix}${text}\r`, 3);
    t.equal(line.text, text, prefix);
    t.equal(line.caller, caller, prefix);
    t.equal(line.time, time, prefix);
    t.equal(line.marked, prefix === '' ? undefined : true, prefix);
  }
  for (const other of [
    '2026-11-21T02:50:57.123Z no message of a kernel',
    '2026-11-21 02:50:57,123 neither',
    'Nov 21 03:12:07 build7 systemd[1]: Started',
    '  indented',
  ]) {
    t.same(parseLogLine(other, 1), { text: other, line: 1 });
  }
  t.same(
    [...eachLogLine('a\n\nb')].map(({ text, line }) => [text, line]),
    [
      ['a', 1],
      ['', 2],
      ['b', 3],
    ],
  );
});

t.test('frames', async t => {
  t.same(parseFrame(' run_request+0x87/0xd0 [test_kmod]'), {
    function: 'run_request',
    module: 'test_kmod',
    reliable: true,
  });
  t.same(parseFrame(' ? kthread.isra.0+0x80/0x80'), { function: 'kthread', reliable: false });
  t.same(parseFrame(' [<ffffffff810f1c2d>] vfs_read+0x2d/0x1c0'), { function: 'vfs_read', reliable: true });
  t.same(parseFrame(' alg_bind+0x6e/0x150 [af_alg 0123456789abcdef0123456789abcdef01234567]'), {
    function: 'alg_bind',
    module: 'af_alg',
    reliable: true,
  });
  t.same(parseFrame(' vfs_read+0x2d/0x1c0 fs/read_write.c:468'), { function: 'vfs_read', reliable: true });
  t.same(parseFrame(' vfs_read fs/read_write.c:468 [inline]'), { function: 'vfs_read', reliable: true });
  for (const other of [
    ' <TASK>',
    'RIP: 0010:foo+0x1/0x2',
    'RSP: 0018:ffff888000ddfdf0',
    'see foo+0x1/0x2 for more',
  ]) {
    t.equal(parseFrame(other), undefined, other);
  }
});

t.test('the crash to know first', async t => {
  const warning: Crash = { class: 'warning', title: 'WARNING in a', evidence: [], fatal: false };
  const stall: Crash = {
    class: 'rcu-stall',
    title: 'INFO: rcu detected stall in b',
    evidence: [],
    fatal: false,
  } as const;
  const oops: Crash = { class: 'oops', title: 'divide error in c', evidence: [], fatal: true };
  t.equal(worstCrash([]), null);
  t.equal(worstCrash([warning, stall]), stall);
  t.equal(worstCrash([warning, stall, oops]), oops);
  const flood = findCrashes('BUG: scheduling while atomic: a/1/2\n'.repeat(100_000));
  t.equal(flood.length, 64, 'a guest that floods is bounded');
  t.ok(findCrashes(`BUG: ${'x'.repeat(1e6)}`)[0]!.title.length <= 170);
});
