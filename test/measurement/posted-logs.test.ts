import t from 'tap';
import { golden } from './console-fixture.ts';
import { readLog } from './posted-text-reading.ts';

/** Logs in the forms in which people post them, made for these tests. */
const request = 'module-autoload: duplicate request for module';

t.test('posted logs: whatever stands around a request, it is one for this module', async t => {
  const forms: Record<string, string> = {
    bare: `kernel: ${request} fs-xfs`,
    'a wrapped mail': '[   14.9] module: module-autoload: duplicate request for\nmodule fs-xfs',
    'a mail that was wrapped and quoted': `> [   14.9] module: module-autoload: duplicate\n> request for module fs-xfs`,
    'quoted-printable': `[   14.9] module: module-autoload: duplicate request for module fs=\n-xfs`,
    'a terminal of 80 columns': `[   14.900000] module: module-autoload: duplicate request for module\nfs-xfs`,
    'behind words of user space': `Starting storm[   14.9] module: ${request} fs-xfs`,
    'behind another record': `[   14.8] xfs: loaded[   14.9] module: ${request} fs-xfs`,
    'matches of grep in colour': `\x1b[01;31m\x1b[K${request} fs-xfs\x1b[m\x1b[K`,
    'source of a page': `&lt;4&gt;[   14.9] module: ${request} fs-xfs<br>`,
    'dmesg --json': `{"dmesg":[{"pri":4,"time":14.9,"msg":"module: ${request} fs-xfs"}]}`,
    'RFC 5424': `<4>1 2026-11-26T10:00:00.123Z host kernel - - - module: ${request} fs-xfs`,
    'another language': `M\u00e4r 03 10:00:00 host kernel: module: ${request} fs-xfs`,
    'a CI log': `2026-11-26T10:00:00.0000000Z [   14.9] module: ${request} fs-xfs`,
    'a CI log without stamps': `2026-11-26T10:00:00.0000000Z module: ${request} fs-xfs`,
    'cat -A': `[   14.9] module: ${request} fs-xfs$\n[   15.0] x$`,
  };
  for (const [form, text] of Object.entries(forms))
    t.same(readLog(`${text}\n`).duplicateRequests.requests, [{ name: 'fs-xfs', count: 1 }], form);
  const odd = JSON.stringify({ _TRANSPORT: 'kernel', MESSAGE: `${request} a"b}` });
  t.same(readLog(`${odd}\n`).duplicateRequests.requests, [{ name: 'a"b}', count: 1 }]);
});

t.test('posted logs: what was undone is said', async t => {
  const text = '> [   14.9] a\n> [   15.0] b=3D1 c=\nd\n';
  t.same(
    readLog(text).undone.map(({ what }) => what),
    ['mail transfer encoding', 'quote marks'],
  );
  t.same(readLog(golden('6.12', 'dmesg.txt')).undone, []);
  t.same(readLog(golden('6.12', 'dmesg.txt')).releases, ['6.12.95']);
});

t.test('posted logs: modules that were refused are no duplicates', async t => {
  const cases: [line: string, message: RegExp][] = [
    ['Loading of unsigned module is rejected', /^a module was refused: it is not signed/],
    [
      'Loading of module with unavailable key is rejected',
      /its signature cannot be checked \(unavailable key\)/,
    ],
    ['failed to validate module [nfs] BTF: -22', /^nfs was refused: its BTF/],
    ['Invalid ELF header magic: != ELF', /^a module was refused: its file is not a valid module/],
    ['Invalid module architecture in ELF header: 62', /not a valid module/],
    ['empty symbol string table', /not a valid module/],
    [
      'modname: exports duplicate symbol foo (owned by kernel)',
      /^modname was refused: it exports the symbol foo, which kernel already exports/,
    ],
    ['module tun: overflow in relocation type 261 val 0', /^tun was refused: it cannot be relocated/],
    ['x86/modules: Invalid relocation target, existing value is nonzero for type 2', /cannot be relocated/],
    ["`tun' likely not compiled with -mcmodel=kernel", /^tun was refused/],
    [
      "module demo: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time",
      /^demo was refused: its struct module/,
    ],
    [
      'module (missing .modinfo section or name field): Exactly one .gnu.linkonce.this_module section must exist.',
      /^a module was refused/,
    ],
    [
      "demo: version magic '6.1.0 SMP' should be '6.12.95 SMP'",
      /^demo was refused: it was built for another kernel/,
    ],
    ['wl: disagrees about version of symbol foo', /^wl was refused: version mismatch/],
    [
      'wl: module uses symbol (foo) from namespace BAR, but does not import it.',
      /does not import the namespace BAR of the symbol foo/,
    ],
    [
      'wl: module is marked as livepatch module, but livepatch support is disabled',
      /^wl was refused: it is a livepatch/,
    ],
    ['wl: No module found in object', /^wl was refused: its file is not a module/],
    ['Module wl is blacklisted', /^wl was refused: it is blacklisted/],
    ['wl: unknown relocation: 102', /^wl was refused: it cannot be relocated/],
    ['wl: Unknown relocation type 57', /^wl was refused: it cannot be relocated/],
    ['wl: module PLT section(s) missing', /^wl was refused: it cannot be relocated/],
    ["module_64: wl: doesn't contain .toc or .stubs.", /^wl was refused: it cannot be relocated/],
    ["wl: `abc' invalid for parameter `debug'", /its parameter debug does not accept "abc"/],
    [
      'Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7',
      /not signed \(lockdown\)/,
    ],
  ];
  for (const [line, message] of cases) {
    for (const text of [line, `[   12.345678] ${line}`]) {
      const { findings } = readLog(`${text}\n`);
      t.match(findings, [{ code: 'MODULE_REFUSED', severity: 'invalid', message }], text);
      t.equal(findings.length, 1, text);
    }
  }
  t.equal(readLog(cases.map(([line]) => line).join('\n')).findings.length, cases.length, 'all in one text');
  for (const harmless of [
    "Booting kernel: `abc' invalid for parameter `debug'",
    'wl: module verification failed: signature and/or required key missing - tainting kernel',
    'wl: loading out-of-tree module taints kernel.',
    'wl: no symbol version for module_layout',
  ])
    t.same(readLog(`[   12.345678] ${harmless}\n`).findings, [], harmless);
});

t.test('posted logs: why a symbol is unknown', async t => {
  const why = (text: string) => readLog(text).findings.find(({ code }) => code === 'UNKNOWN_SYMBOL')?.message;
  t.match(why('xfs: Unknown symbol crc32c (err -2)'), /dependencies were not loaded/);
  t.match(
    why('wl: disagrees about version of symbol foo\nwl: Unknown symbol foo (err -22)'),
    /another version/,
  );
  t.match(
    why('wl: gave up waiting for init of module cfg.\nwl: Unknown symbol foo (err -16)'),
    /still initialising after 30 seconds/,
  );
  for (const errno of [-16, -22]) t.notMatch(why(`wl: Unknown symbol foo (err ${errno})`), /dependencies/);
});

t.test('posted logs: other things that a reader of numbers must know', async t => {
  const cases: [line: string, code: string, message: RegExp][] = [
    [
      'vmalloc_node_range for size 8192 failed: Address range restricted to 0xffffffffc0000000 - 0xffffffffff000000',
      'VMAP_EXHAUSTED',
      /8192 bytes/,
    ],
    [
      'vmap allocation for size 8192 failed: use vmalloc=<size> to increase size',
      'VMAP_EXHAUSTED',
      /8192 bytes/,
    ],
    [
      'insmod: vmalloc error: size 4096, failed to allocate pages, mode:0xcc2',
      'VMALLOC_FAILURE',
      /4096 bytes/,
    ],
    [
      "sysfs: cannot create duplicate filename '/module/demo'",
      'DUPLICATE_FILENAME',
      /^demo was registered twice/,
    ],
    [
      "debugfs: Directory 'demo' with parent '/' already present!",
      'DUPLICATE_FILENAME',
      /^demo was registered twice in debugfs/,
    ],
    [
      "proc_dir_entry 'fs/demo' already registered",
      'DUPLICATE_FILENAME',
      /^\/proc\/fs\/demo was registered twice/,
    ],
    [
      'insmod: page allocation failure: order:9, mode:0xcc0',
      'PAGE_ALLOCATION_FAILED',
      /^insmod .*2\^9 contiguous pages/,
    ],
    [
      'smp: csd: Detected non-responsive CSD lock (#1) on CPU#3, waiting 5000000000 ns',
      'CSD_STUCK',
      /^CPU 3/,
    ],
    ['pagealloc: memory corruption', 'MEMORY_CORRUPTED', /free page/],
    ['irq 16: nobody cared (try booting with the "irqpoll" option)', 'IRQ_DISABLED', /interrupt 16/],
    ['Initramfs unpacking failed: ZSTD-compressed data is corrupt', 'INITRAMFS_BROKEN', /corrupt/],
    ['module: not a gzip compressed module', 'DECOMPRESS_FAILED', /not a gzip/],
  ];
  for (const [line, code, message] of cases)
    t.match(readLog(`[   36.9] ${line}\n`).findings, [{ code, severity: 'warning', message }], line);
});

t.test('posted logs: memory and requests that ran out', async t => {
  const cases: [string, string, RegExp][] = [
    [
      'xfs: Could not allocate 65536 bytes percpu data',
      'PERCPU_EXHAUSTED',
      /^xfs could not be loaded.*65536/,
    ],
    ['percpu: allocation failed, size=65536 align=64 atomic=0, x', 'PERCPU_EXHAUSTED', /no 65536 bytes/],
    ['xfs: module is already loaded', 'DUPLICATE_FILENAME', /^xfs was still registered/],
    ['request_module: runaway loop modprobe binfmt-464c', 'KMOD_BUSY', /binfmt-464c was refused/],
    [
      'request_module: kmod_concurrent_max (0) close to 0 (max_modprobes: 50), for module fs-xfs, throttling...',
      'KMOD_BUSY',
      /fs-xfs had to wait/,
    ],
    ['printk: 12 messages suppressed.', 'MESSAGES_DROPPED', /^12 messages of printk/],
  ];
  for (const [line, code, message] of cases)
    t.match(readLog(`[   12.345678] ${line}\n`).findings, [{ code, severity: 'warning', message }], line);
});

t.test('posted logs: nothing is passed over in silence', async t => {
  const { findings } = readLog('[    1.0] WARNING: the moon is full\n[    2.0] Call Trace:\n');
  t.match(findings, [
    { code: 'NOT_UNDERSTOOD', severity: 'note', line: 1, message: /^2 lines .*the moon is full/ },
  ]);
  t.match(readLog('module-autoload: duplicate request for\n').findings, [{ code: 'NOT_UNDERSTOOD' }]);
});
