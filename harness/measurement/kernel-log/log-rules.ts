import type { LogRule } from './log-rule.ts';
import { moduleRefusals } from './module-refusals.ts';

/** Why a symbol of a module was not resolved, by the errno of resolve_symbol() in kernel/module/main.c. */
const unresolved: Readonly<Record<string, string>> = {
  '-2': 'its dependencies were not loaded',
  '-12': 'there was no memory to record the dependency',
  '-16': 'the module that exports it was still initialising after 30 seconds',
  '-22': 'the symbol exists, but in another version or in a namespace that the module does not import',
};

/** In the order in which they are tried. The first match decides. */
export const logRules: readonly LogRule[] = [
  {
    code: 'UNKNOWN_SYMBOL',
    severity: 'invalid',
    pattern: /(?:^|: )([\w-]{1,63}): Unknown symbol (\S{1,200}) \(err (-?\d{1,6})\)/,
    message: ([module, symbol, errno = '']) =>
      `${module} could not be linked: unknown symbol ${symbol}: ${unresolved[errno] ?? `error ${errno}`}; its failures are not duplicates`,
  },
  {
    code: 'UNKNOWN_SYMBOL',
    severity: 'invalid',
    pattern: /Unknown symbol/,
    isPartial: true,
    message: () => 'a module could not be linked (Unknown symbol); its failures are not duplicates',
  },
  ...moduleRefusals,
  {
    code: 'VMALLOC_FAILURE',
    severity: 'warning',
    pattern: /vmalloc: allocation failure(?:, allocated \d{1,20} of|:) (\d{1,20}) bytes/,
    message: ([size]) => `vmalloc failed for ${size} bytes: the storm exhausted virtual memory`,
  },
  {
    code: 'VMALLOC_FAILURE',
    severity: 'warning',
    pattern: /vmalloc error: size (\d{1,20})/,
    message: ([size]) => `vmalloc failed for ${size} bytes: the storm exhausted virtual memory`,
  },
  {
    code: 'VMALLOC_FAILURE',
    severity: 'warning',
    pattern: /execmem: unable to allocate memory/,
    message: () => 'there was no memory for the text of a module (execmem)',
  },
  {
    code: 'VMAP_EXHAUSTED',
    severity: 'warning',
    // `vmap allocation for size` up to 6.11, `vmalloc_node_range for size` since 6.12 (mm/vmalloc.c).
    pattern: /(?:vmap allocation|vmalloc_node_range) for size (\d{1,20}) failed/,
    message: ([size]) => `no room for ${size} bytes in the vmap area`,
  },
  {
    code: 'KMOD_BUSY',
    severity: 'warning',
    pattern: /request_module: modprobe (\S{1,255}) cannot be processed, kmod busy with (\d{1,9}) threads/,
    message: ([name, threads]) =>
      `the request for ${name} was refused: ${threads} modprobes were running for more than 5 seconds`,
  },
  {
    code: 'KMOD_BUSY',
    severity: 'warning',
    pattern: /request_module: kmod_concurrent_max .{1,60}, for module (\S{1,255}), throttling/,
    message: ([name]) => `the request for ${name} had to wait for others: too many modprobes were running`,
  },
  {
    code: 'KMOD_BUSY',
    severity: 'warning',
    pattern: /request_module: runaway loop modprobe (\S{1,255})/,
    message: ([name]) =>
      `the request for ${name} was refused: modprobe itself asks for modules, again and again`,
  },
  {
    code: 'MODULE_SLOW',
    severity: 'warning',
    pattern: /module '([^']{1,255})' taking a long time to load/,
    message: ([name]) => `waiting for ${name} took more than 10 seconds`,
  },
  {
    code: 'MODULE_SLOW',
    severity: 'warning',
    pattern: /(?:^|: )([\w-]{1,63}): gave up waiting for init of module ([\w-]{1,63})/,
    message: ([module, owner]) => `${module} waited 30 seconds for ${owner} to initialise, and gave up`,
  },
  {
    code: 'DUPLICATE_FILENAME',
    severity: 'warning',
    pattern: /cannot create duplicate filename '([^']{1,255})'/,
    message: ([path = '']) =>
      path.startsWith('/module/')
        ? `${path.slice('/module/'.length)} was registered twice in sysfs: two loads of it collided`
        : `${path} was registered twice in sysfs`,
  },
  {
    code: 'DUPLICATE_FILENAME',
    severity: 'warning',
    pattern: /debugfs: (?:Directory|File) '([^']{1,255})' (?:with|in) \w{1,16} '[^']{1,255}' already present/,
    message: ([name]) => `${name} was registered twice in debugfs`,
  },
  {
    code: 'DUPLICATE_FILENAME',
    severity: 'warning',
    pattern: /proc_dir_entry '([^']{1,255})' already registered/,
    message: ([path]) => `/proc/${path} was registered twice`,
  },
  {
    code: 'DUPLICATE_FILENAME',
    severity: 'warning',
    pattern: /(?:^|: )([\w-]{1,63}): module is already loaded/,
    message: ([module]) => `${module} was still registered in sysfs when it was loaded again`,
  },
  {
    code: 'PERCPU_EXHAUSTED',
    severity: 'warning',
    pattern: /(?:^|: )([\w-]{1,63}): Could not allocate (\d{1,20}) bytes percpu data/,
    message: ([module, size]) =>
      `${module} could not be loaded: no ${size} bytes of per-CPU memory were left`,
  },
  {
    code: 'PERCPU_EXHAUSTED',
    severity: 'warning',
    pattern: /percpu: allocation failed, size=(\d{1,20}) /,
    message: ([size]) => `no ${size} bytes of per-CPU memory were left`,
  },
  {
    code: 'DUPLICATE_UNTRACKED',
    severity: 'warning',
    pattern: /Could not add fail-tracking for module: ([\w-]{1,63})/,
    message: ([name]) => `a duplicate of ${name} is not in the table: the kernel had no memory to record it`,
  },
  {
    code: 'OOM_KILL',
    severity: 'warning',
    pattern: /Out of memory(?: \([^)]{1,64}\))?: Kill(?:ed)? process \d{1,10} \(([^)]{1,64})\)/,
    message: ([name]) => `the kernel ran out of memory and killed ${name}`,
  },
  {
    code: 'OOM_KILL',
    severity: 'warning',
    pattern: /Memory cgroup out of memory: Killed process \d{1,10} \(([^)]{1,64})\)/,
    message: ([name]) => `a memory cgroup ran out of memory and ${name} was killed`,
  },
  {
    code: 'PAGE_ALLOCATION_FAILED',
    severity: 'warning',
    pattern: /(?:^|: )(.{1,64}): page allocation failure[:.] order:(\d{1,2})/,
    message: ([task, order]) => `${task} could not allocate memory (2^${order} contiguous pages)`,
  },
  {
    code: 'MEMORY_CORRUPTED',
    severity: 'warning',
    pattern: /pagealloc: (memory corruption|single bit error)/,
    message: ([what]) => `a free page was written to (${what})`,
  },
  {
    code: 'CSD_STUCK',
    severity: 'warning',
    pattern: /csd: (?:Detected|\S{1,20}) non-responsive CSD lock.*?on CPU#(\d{1,5})/,
    message: ([cpu]) => `CPU ${cpu} does not respond to a function call from another CPU (CSD lock)`,
  },
  {
    code: 'IRQ_DISABLED',
    severity: 'warning',
    pattern: /irq (\d{1,6}): nobody cared/,
    message: ([irq]) => `nobody handled interrupt ${irq}, and the kernel disabled it`,
  },
  {
    code: 'INITRAMFS_BROKEN',
    severity: 'warning',
    pattern: /Initramfs unpacking failed: (.{1,200})/,
    message: ([why]) => `the initramfs could not be unpacked: ${why}`,
  },
  {
    code: 'MESSAGES_DROPPED',
    severity: 'warning',
    pattern: /^(\w{1,64}): (\d{1,20}) (?:callbacks|messages) suppressed/,
    message: ([name, count]) => `${count} messages of ${name} were suppressed by the kernel's rate limit`,
  },
  {
    code: 'DECOMPRESS_FAILED',
    severity: 'warning',
    pattern: /decompression failed with status (-?\d{1,6})/,
    message: ([status]) => `the kernel could not decompress a module (status ${status})`,
  },
  {
    code: 'DECOMPRESS_FAILED',
    severity: 'warning',
    pattern:
      /(not an? (?:gzip|xz|zstd) compressed module|failed to initialize decompressor: -?\d{1,6}|ZSTD-compressed data has .{1,80}|Can't initialize ZSTD stream)/,
    message: ([why]) => `the kernel could not decompress a module (${why})`,
  },
];
