import t from 'tap';
import { findCrashes } from '../../../harness/measurement/crashes/crash-report.ts';
import { golden } from '../console-fixture.ts';
import { parseDuplicateRequests, parseKernelLog } from '../log-reading.ts';

t.test('duplicate requests of a guest: 12 threads of test_kmod ask 11 times too often', async t => {
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

t.test('duplicate requests: splats of two CPUs, line by line through one another', async t => {
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
