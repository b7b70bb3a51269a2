import type { TraceLine } from './trace-line.ts';

/** A system call of the module loader. */
export type LoaderCall = 'finit_module' | 'init_module' | 'delete_module';

/** What an event says, without task and time. Everything else that a trace has is not an event of ours. */
export type TraceEvent =
  | { kind: 'enter'; call: LoaderCall; arguments: readonly number[] }
  /** The result: 0, or a negative errno. */
  | { kind: 'exit'; call: LoaderCall; result: number }
  /** The module is complete, and its init function is called next. */
  | { kind: 'load'; module: string }
  | { kind: 'free'; module: string }
  | { kind: 'request'; name: string; wait: boolean; caller: string }
  | { kind: 'stack' }
  | { kind: 'fork'; child: number; name: string }
  | { kind: 'exec'; program: string }
  | { kind: 'end' }
  | { kind: 'open'; descriptor: number; path: string }
  /** Length of the file, or a negative errno. */
  | { kind: 'read'; bytes: number }
  | { kind: 'unpack'; error: number; bytes: number }
  | { kind: 'lookup'; module: string }
  | { kind: 'layout' }
  | { kind: 'helper-queued'; helper: string }
  | { kind: 'helper-started'; helper: string }
  | { kind: 'mark'; text: string };

type Reader = (fields: string) => TraceEvent | undefined;

/**
 * How the fields of each event are read. The formats are those of include/trace/events/{module,sched}.h, of
 * kernel/trace/trace_syscalls.c and of the probes in trace-points.ts; `trace-cmd report` prints some of them differently.
 */
const readers: Readonly<Record<string, Reader>> = {
  module_load: fields => named(/^(\S+)/, fields, module => ({ kind: 'load', module })),
  module_free: fields => named(/^(\S+)/, fields, module => ({ kind: 'free', module })),
  module_request: readRequest,
  sched_process_fork: readFork,
  sched_process_exec: fields =>
    named(/^filename=(.+) pid=\d+/, fields, program => ({ kind: 'exec', program })),
  sched_process_exit: () => ({ kind: 'end' }),
  module_open: readOpen,
  module_read: fields => numbered(/\bbytes=(-?\d+)/, fields, bytes => ({ kind: 'read', bytes })),
  module_unpack: readUnpack,
  module_lookup: fields => named(/\bmodule="([^"]*)"/, fields, module => ({ kind: 'lookup', module })),
  module_layout: () => ({ kind: 'layout' }),
  module_layout_rw: () => ({ kind: 'layout' }),
  helper_queued: fields =>
    named(/\bhelper=(0x[0-9a-f]+)/, fields, helper => ({ kind: 'helper-queued', helper })),
  helper_started: fields =>
    named(/\bhelper=(0x[0-9a-f]+)/, fields, helper => ({ kind: 'helper-started', helper })),
  tracing_mark_write: text => ({ kind: 'mark', text }),
  // trace-cmd names the file that marks are written to.
  print: text => ({ kind: 'mark', text: text.replace(/^tracing_mark_write: /, '') }),
};

/** The system calls, as ftrace prints them: `sys_finit_module(fd: 3, uargs: 7f12, flags: 0)`, `sys_finit_module -> 0x0`. */
const callPattern = /^sys_(finit_module|init_module|delete_module)(?:\((.*)\)$| -> (0x[0-9a-f]+))/;
/** The same as `trace-cmd report` prints them. */
const recordPattern = /^sys_(enter|exit)_(finit_module|init_module|delete_module):\s*(.*)$/;

/** Interprets one line; undefined if it is no event of the ledger, or cannot be read. */
export function readTraceEvent({ text }: Pick<TraceLine, 'text'>): TraceEvent | undefined {
  if (text.startsWith('sys_')) return readCall(text);
  if (text.startsWith('<stack trace>') || text.startsWith('kernel_stack:')) return { kind: 'stack' };
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const name = text.slice(0, colon);
  return Object.hasOwn(readers, name) ? readers[name]?.(text.slice(colon + 1).trimStart()) : undefined;
}

function readCall(text: string): TraceEvent | undefined {
  const printed = callPattern.exec(text);
  if (printed) {
    const [, call, fields, result] = printed;
    if (result !== undefined) return exitEvent(call as LoaderCall, result);
    return enterEvent(call as LoaderCall, fields ?? '');
  }
  const record = recordPattern.exec(text);
  if (!record) return undefined;
  const [, side, call, fields = ''] = record;
  return side === 'enter'
    ? enterEvent(call as LoaderCall, fields)
    : exitEvent(call as LoaderCall, fields.trim());
}

/** The kernel prints arguments in hexadecimal, with or without `0x`; newer kernels add the text behind a pointer. */
function enterEvent(call: LoaderCall, fields: string): TraceEvent {
  const values = [...fields.matchAll(/\b[a-z]+: (?:0x)?([0-9a-f]{1,16})\b/g)];
  return { kind: 'enter', call, arguments: values.map(([, digits]) => Number.parseInt(digits ?? '', 16)) };
}

function exitEvent(call: LoaderCall, text: string): TraceEvent | undefined {
  if (!/^(?:0x[0-9a-f]{1,16}|-?\d{1,10})$/.test(text)) return undefined;
  const result = text.startsWith('0x') ? Number(BigInt.asIntN(64, BigInt(text))) : Number(text);
  return { kind: 'exit', call, result };
}

function readRequest(fields: string): TraceEvent | undefined {
  const match = /^(.{1,255}) wait=(\d) call_site=(\S*)/.exec(fields);
  if (!match) return undefined;
  const [, name = '', wait, caller = ''] = match;
  return { kind: 'request', name, wait: wait === '1', caller };
}

/** `comm=a pid=1 child_comm=b child_pid=2`, or trace-cmd's `a:1` forms. A name may contain anything, so the numbers are read from the end. */
function readFork(fields: string): TraceEvent | undefined {
  const match = /child_comm=(.{0,16}) child_pid=(\d{1,10})$/.exec(fields);
  return match ? { kind: 'fork', child: Number(match[2]), name: match[1] ?? '' } : undefined;
}

function readOpen(fields: string): TraceEvent | undefined {
  const match = /\bfd=(-?\d{1,10}) path="(.*)"$/.exec(fields);
  return match ? { kind: 'open', descriptor: Number(match[1]), path: match[2] ?? '' } : undefined;
}

function readUnpack(fields: string): TraceEvent | undefined {
  const match = /\berror=(-?\d{1,10}) bytes=(\d{1,16})$/.exec(fields);
  return match ? { kind: 'unpack', error: Number(match[1]), bytes: Number(match[2]) } : undefined;
}

function named(pattern: RegExp, fields: string, make: (name: string) => TraceEvent): TraceEvent | undefined {
  const name = pattern.exec(fields)?.[1];
  return name === undefined ? undefined : make(name);
}

function numbered(
  pattern: RegExp,
  fields: string,
  make: (value: number) => TraceEvent,
): TraceEvent | undefined {
  const value = Number(pattern.exec(fields)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(value) ? make(value) : undefined;
}
