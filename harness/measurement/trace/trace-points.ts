/** A probe of a kernel function, as an event of its own (Documentation/trace/kprobetrace.rst). */
export interface FunctionProbe {
  /** Name of the event. */
  event: string;
  /** `entry` when the function is called; `return` when it returns. */
  at: 'entry' | 'return';
  symbol: string;
  /** Its fields, in the syntax of kprobe_events. */
  fields: readonly string[];
  /** What it is for. */
  purpose: string;
}

/**
 * Tracepoints that every kernel with ftrace has. module_get and module_put are left out: they come with each use of a module,
 * and say nothing of who loads it.
 */
const tracepoints = [
  'module:module_load',
  'module:module_free',
  'module:module_request',
  'syscalls:sys_enter_finit_module',
  'syscalls:sys_exit_finit_module',
  'syscalls:sys_enter_init_module',
  'syscalls:sys_exit_init_module',
  'syscalls:sys_enter_delete_module',
  'syscalls:sys_exit_delete_module',
  'sched:sched_process_fork',
  'sched:sched_process_exec',
  'sched:sched_process_exit',
] as const;

/**
 * What no tracepoint shows. All are functions that the linker sees, or whose address is taken, so that a compiler does not inline
 * them (checked in the symbols of 6.12 and 7.2). A kernel that lacks one creates the others. None of them belongs to the module
 * statistics, so that the ledger is independent of the counters that it is compared with.
 */
const functionProbes: readonly FunctionProbe[] = [
  {
    event: 'module_open',
    at: 'return',
    symbol: 'do_sys_openat2',
    fields: ['fd=$retval:s32', 'path=+0($arg2):ustring'],
    purpose: 'the file behind the descriptor that finit_module() gets, and the device that udev handles',
  },
  {
    event: 'module_read',
    at: 'return',
    symbol: 'kernel_read_file',
    fields: ['bytes=$retval:s64'],
    purpose: 'the load does its own work instead of waiting for another; the length of the file',
  },
  {
    event: 'module_unpack',
    at: 'return',
    symbol: 'module_decompress',
    fields: ['error=$retval:s32', 'bytes=+24($arg1):u64'],
    purpose: 'the length of the module that the kernel decompressed (`len` of struct load_info)',
  },
  {
    event: 'module_lookup',
    at: 'entry',
    symbol: 'find_module_all',
    fields: ['module=+0($arg1):string'],
    purpose: 'the name of the module, before it is known whether it exists',
  },
  {
    event: 'module_layout',
    at: 'entry',
    symbol: 'execmem_alloc',
    fields: [],
    purpose: 'the load has come as far as its layout: what fails from here on fails late',
  },
  {
    event: 'module_layout_rw',
    at: 'entry',
    symbol: 'execmem_alloc_rw',
    fields: [],
    purpose: 'the same, from Linux 6.18 on',
  },
  {
    event: 'helper_queued',
    at: 'entry',
    symbol: 'call_usermodehelper_exec',
    fields: ['helper=$arg1:x64'],
    purpose: 'which modprobe belongs to which request_module()',
  },
  {
    event: 'helper_started',
    at: 'entry',
    symbol: 'call_usermodehelper_exec_async',
    fields: ['helper=$arg1:x64'],
    purpose: 'the process that becomes it',
  },
];

/** The file of the guest that has the events as text. */
export const traceFile = '/sys/kernel/tracing/trace';

/** Folder of our probes below /sys/kernel/tracing/events. */
const probeGroup = 'modstorm';

/** A definition in the syntax of kprobe_events. */
function probeDefinition({ event, at, symbol, fields }: FunctionProbe): string {
  return [`${at === 'entry' ? 'p' : 'r'}:${probeGroup}/${event}`, symbol, ...fields].join(' ');
}

const mebibyte = 1024 ** 2;

/**
 * Size of the buffer of each CPU, in KiB: 48 MiB in all, at least 256 KiB and at most 16 MiB, and no more than an eighth of the
 * memory. A load takes about 1 KiB.
 */
function bufferKibibytes(vcpus: number, memoryBytes: number): number {
  const share = Math.min(48 * mebibyte, memoryBytes / 8) / vcpus;
  return Math.round(Math.max(256 * 1024, Math.min(16 * mebibyte, share)) / 1024);
}

/**
 * The words of a kernel command line that trace every load from the first on. The events go into the main buffer and not into
 * an instance: the command line can enable probes of functions only there (enable_boot_kprobe_events() in
 * kernel/trace/trace_kprobe.c).
 */
export function traceParameters(vcpus: number, memoryBytes: number): string[] {
  return [
    `trace_event=${tracepoints.join(',')}`,
    // The command line has commas where kprobe_events has spaces.
    `kprobe_event=${functionProbes.map(probe => probeDefinition(probe).replaceAll(' ', ',')).join(';')}`,
    'trace_trigger=module_request.stacktrace',
    'trace_options=record-tgid',
    'trace_clock=mono',
    `trace_buf_size=${bufferKibibytes(vcpus, memoryBytes)}K`,
  ];
}

/**
 * Lines of a shell that begin to trace a machine that is running, as root. Probes that its kernel does not have are left out with a
 * message; then the ledger knows less.
 */
export function traceCommands(): string[] {
  return [
    'cd /sys/kernel/tracing',
    'echo mono > trace_clock; echo 1 > options/record-tgid; echo 16384 > buffer_size_kb',
    ...functionProbes.map(probe => `echo '${probeDefinition(probe)}' >> kprobe_events`),
    `echo 1 > events/${probeGroup}/enable`,
    `for event in ${tracepoints.map(name => name.replace(':', '/')).join(' ')}; do echo 1 > events/$event/enable; done`,
    'echo stacktrace > events/module/module_request/trigger',
  ];
}
