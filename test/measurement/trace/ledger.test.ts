import { readFileSync } from 'node:fs';
import t from 'tap';
import { parseModuleStats } from '../../../harness/measurement/module-stats/module-stats-text.ts';
import { checkLedger } from '../../../harness/measurement/trace/check-ledger.ts';
import { readLedger } from '../../../harness/measurement/trace/ledger.ts';
import { projectPath } from '../../../harness/project.ts';

const golden = (name: string) => readFileSync(projectPath('test/golden/traces', name), 'utf8');

/** Lines as ftrace prints them, of one CPU. */
function trace(...events: readonly (readonly [task: string, pid: number, text: string])[]): string {
  return events
    .map(([task, pid, text], index) =>
      text.startsWith(' =>')
        ? text
        : `${task.padStart(16)}-${pid} ( ${pid}) [000] ..... ${index + 1}.000000: ${text}`,
    )
    .join('\n');
}

t.test('the storm of a real guest adds up with its counters', async t => {
  const ledger = readLedger(golden('6.12-storm.txt'));
  const stats = parseModuleStats(golden('6.12-storm.stats.txt'));
  t.same(checkLedger(ledger, stats.counters, stats), []);
  const xfs = ledger.attempts.filter(({ module }) => module === 'xfs');
  t.same(xfs.map(({ outcome }) => outcome).sort(), [...new Array(7).fill('duplicate-early'), 'loaded']);
  t.ok(
    xfs.every(({ requester }) => requester.kind === 'program' && requester.chain[0] === 'storm'),
    'the threads of storm',
  );
  t.equal(ledger.strangeLines, 0);
  const fewer = golden('6.12-storm.txt').replace(/^.*storm-50 .*-> 0xf.*\n/m, '');
  t.match(
    checkLedger(readLedger(fewer), stats.counters, stats).map(({ message }) => message),
    [
      'failed_becoming: the ledger has 6, the kernel counted 7, 1 too few',
      /^invalid_becoming_bytes: .* 2292264 too few$/,
      'duplicates by module: xfs 6 (Becoming) instead of 7 (Becoming)',
    ],
    'a missing line is found',
  );
});

for (const workload of ['autoload', 'failing-init', 'coldplug', 'merged']) {
  t.test(`the ${workload} of a real guest adds up with its counters`, async t => {
    const ledger = readLedger(golden(`6.12-${workload}.txt`));
    const stats = parseModuleStats(golden(`6.12-${workload}.stats.txt`));
    t.same(checkLedger(ledger, stats.counters, stats), []);
    t.equal(ledger.strangeLines, 0);
    t.same(
      ledger.attempts.filter(({ module }) => module === undefined),
      [],
      'the module of every call is known',
    );
  });
}

t.test('what only a trace shows', async t => {
  const outcomes = (name: string) => {
    const counts: Record<string, number> = {};
    for (const { outcome } of readLedger(golden(`6.12-${name}.txt`)).attempts)
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  t.same(outcomes('merged'), { loaded: 13, merged: 7 }, '8 threads with one file: 7 waited');
  t.same(outcomes('failing-init'), { 'init-failed': 1, 'duplicate-early': 31 });
  t.same(outcomes('coldplug'), { loaded: 30, merged: 84 }, 'of udev, 4 CPUs');
  const { requests, attempts } = readLedger(golden('6.12-autoload.txt'));
  t.equal(requests.filter(({ name }) => name === 'tun').length, 50, '50 threads asked');
  t.match(
    attempts.filter(({ requester }) => requester.kind === 'kernel'),
    [{ module: 'tun', requester: { name: 'tun', chain: ['run_request'] } }],
    'one helper of the kernel loaded it',
  );
});

t.test('a request of the kernel, through its helper', async t => {
  const { attempts, requests } = readLedger(
    trace(
      ['test', 100, 'module_request: net-pf-38 wait=1 call_site=__sock_create'],
      ['test', 100, '<stack trace>'],
      ['', 0, ' => trace_event_raw_event_module_request'],
      ['', 0, ' => __request_module'],
      ['', 0, ' => __sock_create'],
      ['', 0, ' => __sys_socket'],
      ['', 0, ' => do_syscall_64'],
      ['test', 100, 'helper_queued: (call_usermodehelper_exec+0x0/0x1) helper=0xff01'],
      [
        'kworker/u8:1',
        9,
        'sched_process_fork: comm=kworker/u8:1 pid=9 child_comm=kworker/u8:1 child_pid=101',
      ],
      ['kworker/u8:1', 101, 'helper_started: (call_usermodehelper_exec_async+0x0/0x1) helper=0xff01'],
      ['modprobe', 101, 'sched_process_exec: filename=/sbin/modprobe pid=101 old_pid=101'],
      ['modprobe', 101, 'module_open: (a <- do_sys_openat2) fd=3 path="/lib/modules/6.12/af-alg.ko"'],
      ['modprobe', 101, 'sys_finit_module(fd: 3, uargs: 0, flags: 0)'],
      ['modprobe', 101, 'module_read: (a <- kernel_read_file) bytes=5000'],
      ['modprobe', 101, 'module_load: af_alg '],
      ['modprobe', 101, 'sys_finit_module -> 0x0'],
    ),
  );
  t.match(requests, [{ name: 'net-pf-38', chain: ['__sock_create', '__sys_socket'] }]);
  t.match(attempts, [
    {
      module: 'af_alg',
      outcome: 'loaded',
      durationNs: 3e9,
      requester: { kind: 'kernel', name: 'net-pf-38', chain: ['__sock_create', '__sys_socket'] },
    },
  ]);
});

t.test('workers of udev, for the device whose files they opened', async t => {
  const worker = (pid: number, cpu: number) =>
    [
      [
        'systemd-udevd',
        50,
        `sched_process_fork: comm=systemd-udevd pid=50 child_comm=systemd-udevd child_pid=${pid}`,
      ],
      ['(udev-worker)', pid, `module_open: (a <- b) fd=7 path="/sys/devices/system/cpu/cpu${cpu}/uevent"`],
      ['(udev-worker)', pid, 'module_open: (a <- b) fd=8 path="/lib/modules/6.12/kvm.ko.zst"'],
      ['(udev-worker)', pid, 'sys_finit_module(fd: 8, uargs: 0, flags: 4)'],
    ] as const;
  const { attempts } = readLedger(
    trace(
      ...worker(60, 0),
      ...worker(61, 1),
      ['(udev-worker)', 60, 'module_read: (a <- kernel_read_file) bytes=500'],
      ['(udev-worker)', 60, 'module_unpack: (a <- module_decompress) error=0 bytes=1000'],
      ['(udev-worker)', 60, 'module_load: kvm '],
      ['(udev-worker)', 61, 'sys_finit_module -> 0x0'],
      ['(udev-worker)', 60, 'sys_finit_module -> 0x0'],
    ),
  );
  t.match(attempts, [
    { module: 'kvm', outcome: 'loaded', requester: { kind: 'udev', device: 'system/cpu/cpu0' } },
    { module: 'kvm', outcome: 'merged', requester: { kind: 'udev', device: 'system/cpu/cpu1' } },
  ]);
});

t.test('a descriptor that a child inherits', async t => {
  const { attempts } = readLedger(
    trace(
      ['sh', 70, 'module_open: (a <- b) fd=5 path="/run/copy/snd-hda.ko"'],
      ['sh', 70, 'sched_process_fork: comm=sh pid=70 child_comm=sh child_pid=71'],
      ['insmod', 71, 'sched_process_exec: filename=/bin/insmod pid=71 old_pid=71'],
      ['insmod', 71, 'sys_finit_module(fd: 5, uargs: 0, flags: 0)'],
      ['insmod', 71, 'sys_finit_module -> 0x0'],
    ),
  );
  t.match(attempts, [{ module: 'snd_hda', requester: { kind: 'program', chain: ['insmod', 'sh'] } }]);
});

t.test('traces that are cut or foreign', async t => {
  const whole = golden('6.12-storm.txt');
  const cut = readLedger(whole.slice(0, whole.indexOf('module_read', whole.length / 2)));
  t.ok(
    cut.attempts.some(({ outcome }) => outcome === 'unfinished'),
    'a call without its end is unfinished',
  );
  t.match(readLedger('no trace at all\nof anything'), { attempts: [], events: 0, strangeLines: 2 });
  t.equal(readLedger('# entries-in-buffer/entries-written: 100/350   #P:2').lostEvents, 250);
  t.equal(readLedger('CPU:1 [LOST 12 EVENTS]\nCPU:0 [3 EVENTS DROPPED]').lostEvents, 15);
  t.match(
    readLedger(trace(['a', 5, 'sys_finit_module -> 0x0'])),
    { attempts: [] },
    'an end without its begin is no attempt',
  );
});
