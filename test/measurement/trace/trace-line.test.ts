import t from 'tap';
import { parseTraceLine } from '../../../harness/measurement/trace/trace-line.ts';

t.test('lines of the tracer', async t => {
  t.same(
    parseTraceLine('        modprobe-44      (     44) [001] .N...     3.171886: sys_finit_module -> 0x0'),
    { task: 'modprobe', pid: 44, process: 44, timeNs: 3_171_886_000, text: 'sys_finit_module -> 0x0' },
    'with the process',
  );
  t.same(
    parseTraceLine(
      '          <idle>-0       (-------) [000] .....     0.552064: sched_process_exit: comm=a pid=1',
    ),
    { task: '<idle>', pid: 0, timeNs: 552_064_000, text: 'sched_process_exit: comm=a pid=1' },
    'a process that the kernel does not know',
  );
  t.match(
    parseTraceLine('   (udev-worker)-1234    [012] d..1.  123.456789: module_load: kvm '),
    { task: '(udev-worker)', pid: 1234, timeNs: 123_456_789_000, text: 'module_load: kvm ' },
    'without the process, as stock kernels are traced',
  );
  t.match(
    parseTraceLine('      kworker/u8:1-57    [000]   101.000001: module_load:          xfs '),
    { task: 'kworker/u8:1', pid: 57, timeNs: 101_000_001_000 },
    'of trace-cmd report, without flags',
  );
  t.match(
    parseTraceLine('  a-1 b-2-3 [000] ..... 5.000000001: x: y'),
    { pid: 3, timeNs: 5_000_000_001 },
    'a name with dashes and blanks, and nanoseconds',
  );
});

t.test('what is not an event', async t => {
  for (const line of [
    '',
    '# tracer: nop',
    ' => __request_module',
    'CPU:1 [LOST 5 EVENTS]',
    'x'.repeat(10_000),
  ])
    t.equal(parseTraceLine(line), undefined, line.slice(0, 30));
  t.equal(parseTraceLine('a-1 [000] ..... 99999999999.000000: x: y'), undefined, 'a time that cannot be');
});
