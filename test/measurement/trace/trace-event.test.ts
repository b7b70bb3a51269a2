import t from 'tap';
import { readTraceEvent } from '../../../harness/measurement/trace/trace-event.ts';

const read = (text: string) => readTraceEvent({ text });

t.test('system calls', async t => {
  t.same(read('sys_finit_module(fd: a, uargs: 4cd2b5, flags: 4)'), {
    kind: 'enter',
    call: 'finit_module',
    arguments: [10, 0x4cd2b5, 4],
  });
  t.same(read('sys_init_module(umod: 7f34b3ee2010, len: 22fa28, uargs: 4cd2b5)'), {
    kind: 'enter',
    call: 'init_module',
    arguments: [0x7f34b3ee2010, 2292264, 0x4cd2b5],
  });
  t.same(read('sys_finit_module -> 0xffffffffffffffef'), { kind: 'exit', call: 'finit_module', result: -17 });
  t.same(read('sys_enter_finit_module: fd: 0x00000003, uargs: 0x56, flags: 0x00000000'), {
    kind: 'enter',
    call: 'finit_module',
    arguments: [3, 0x56, 0],
  });
  t.same(read('sys_exit_finit_module: 0xfffffffffffffff0'), {
    kind: 'exit',
    call: 'finit_module',
    result: -16,
  });
  t.same(read('sys_exit_finit_module: 0'), { kind: 'exit', call: 'finit_module', result: 0 });
  t.equal(read('sys_openat -> 0x3'), undefined, 'a call of somebody else');
  t.equal(read('sys_exit_finit_module: gone'), undefined);
});

t.test('tracepoints', async t => {
  t.same(read('module_load: xfs OE'), { kind: 'load', module: 'xfs' });
  t.same(read('module_request: net-pf-38 wait=1 call_site=__sock_create'), {
    kind: 'request',
    name: 'net-pf-38',
    wait: true,
    caller: '__sock_create',
  });
  t.same(read('sched_process_fork: comm=a child_comm=x child_pid=9 pid=2 child_comm=b child_pid=3'), {
    kind: 'fork',
    child: 3,
    name: 'b',
  });
  t.same(read('sched_process_exec: filename=/sbin/a b pid=45 old_pid=45'), {
    kind: 'exec',
    program: '/sbin/a b',
  });
  t.same(read('sched_process_exit: comm=a pid=3 prio=120'), { kind: 'end' });
  t.same(read('tracing_mark_write: modstorm: workload'), { kind: 'mark', text: 'modstorm: workload' });
  t.same(read('<stack trace>'), { kind: 'stack' });
});

t.test('probes', async t => {
  const where = '(__x64_sys_openat+0x55/0x90 <- do_sys_openat2)';
  t.same(read(`module_open: ${where} fd=3 path="/lib/a" fd=4 path="b.ko"`), {
    kind: 'open',
    descriptor: 3,
    path: '/lib/a" fd=4 path="b.ko',
  });
  t.same(read(`module_open: ${where} fd=-2 path="/x.ko"`), { kind: 'open', descriptor: -2, path: '/x.ko' });
  t.same(read('module_read: (a <- kernel_read_file) bytes=-12'), { kind: 'read', bytes: -12 });
  t.same(read('module_unpack: (a <- module_decompress) error=0 bytes=2292264'), {
    kind: 'unpack',
    error: 0,
    bytes: 2292264,
  });
  t.same(read('module_lookup: (find_module_all+0x0/0x90) module="xfs"'), { kind: 'lookup', module: 'xfs' });
  t.same(read('module_layout_rw: (execmem_alloc_rw+0x0/0x90)'), { kind: 'layout' });
  t.same(read('helper_queued: (a) helper=0xffff88'), { kind: 'helper-queued', helper: '0xffff88' });
  t.equal(read('module_open: (a) fd=3'), undefined, 'fields that are missing');
  t.equal(read('constructor: x'), undefined, 'not a property of every object');
});
