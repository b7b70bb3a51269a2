import { parseFrame, plainFunction } from '../kernel-log/stack-frame.ts';
import { guiltyFunction, normaliseTitle, stalledFunction } from './crash-title.ts';

/** The input for a title. */
export interface CrashText {
  /** The line that began the report. */
  header: string;
  /** All lines of the report, the header first. */
  lines: readonly string[];
  /** Function of the first `RIP:` line. */
  pointer: string | undefined;
  /** Reliable functions of the first stack trace, innermost first. */
  functions: readonly string[];
}

/** Makes a title from the header's match and the report. */
export type TitleMaker = (match: RegExpExecArray, text: CrashText) => string;

function stack({ pointer, functions }: CrashText): string[] {
  return pointer === undefined ? [...functions] : [pointer, ...functions];
}

/** `prefix in name`, or only the prefix if no function is known. */
export function withFunction(prefix: string, name: string | undefined): string {
  return name === undefined ? prefix : `${prefix} in ${name}`;
}

/** A title with the first function of pointer and trace that may name a bug. */
export function titleFromGuiltyFrame(prefix: string, skip?: RegExp): TitleMaker {
  return (_match, text) => withFunction(prefix, guiltyFunction(stack(text), skip) ?? stack(text)[0]);
}

/** A title with the first function of the trace. The pointer, if any, only shows where the bug was noticed. */
export function titleFromTrace(prefix: string, skip?: RegExp): TitleMaker {
  return (_match, text) => withFunction(prefix, guiltyFunction(text.functions, skip) ?? text.pointer);
}

/** A title with the looping function, below the timer interrupt that noticed it. */
export function titleFromStalledFrame(prefix: string): TitleMaker {
  return (_match, text) => {
    const interrupt = text.functions.findLastIndex(name => name.includes('apic_timer_interrupt'));
    const functions = text.functions.slice(interrupt + 1);
    return withFunction(
      prefix,
      stalledFunction(text.pointer === undefined ? functions : [text.pointer, ...functions]),
    );
  };
}

/** The function in a line with `name+0x1/0x2`. */
export function headerFunction(text: string): string | undefined {
  const name = /([A-Za-z_][\w.$]{0,510})\+0x[0-9a-f]+/.exec(text)?.[1];
  return name === undefined ? undefined : plainFunction(name);
}

/** `KASAN: use-after-free Read in name`. */
export function kasan(match: RegExpExecArray, text: CrashText): string {
  const access = text.lines
    .map(line => /^\s*(Read|Write) of size \d/.exec(line)?.[1])
    .find(word => word !== undefined);
  const [, reported = '', place = ''] = match;
  const kind =
    reported.startsWith('double-free') || reported.startsWith('invalid-free') ? 'invalid-free' : reported;
  const own = headerFunction(place);
  const freeing =
    kind === 'invalid-free' ? /^(?:kmem_|slab_|__slab_|k[vz]?free|vunmap|vfree|__kmem_)/ : undefined;
  const names = own === undefined ? text.functions : [own, ...text.functions];
  return withFunction(
    `KASAN: ${kind}${access && kind !== 'invalid-free' ? ` ${access}` : ''}`,
    guiltyFunction(names, freeing) ?? own,
  );
}

/** `WARNING: CPU: 1 PID: 2 at file:line function+…` (to 6.17) and `WARNING: file:line at function+…, CPU#1: name/2`. */
export function warning(match: RegExpExecArray, text: CrashText): string {
  const [, where = ''] = match;
  // Some kernels of the 6.19 merge window print `file:line at 0x0, CPU#1: name/2`, without a function.
  const own = headerFunction(where) ?? /(?:^| )at [^\s,]+:\d+ ([A-Za-z_]\w*)/.exec(where)?.[1];
  const names = [own, ...stack(text)];
  const known = names.filter(name => name !== undefined);
  if (where.includes('lib/refcount.c'))
    return withFunction('WARNING: refcount bug', guiltyFunction(known, /^(?:refcount|kobject)_/));
  if (where.includes('lib/debugobjects.c')) {
    return withFunction(
      'WARNING: ODEBUG bug',
      guiltyFunction(known, /^(?:debug_|rcu|hrtimer_|timer_|work_|kmem_|slab_|__free_)/),
    );
  }
  if (where.includes('kernel/locking/lockdep.c'))
    return withFunction('WARNING: locking bug', guiltyFunction(known));
  if (/\bmm\/\w+\.c:\d+ .*malloc/.test(where))
    return withFunction('WARNING: kmalloc bug', guiltyFunction(known, /alloc|slab|kmem/));
  if (where.includes('lib/kobject.c')) return withFunction('WARNING: kobject bug', guiltyFunction(known));
  if (where.includes('fs/proc/generic.c'))
    return withFunction('WARNING: proc registration bug', guiltyFunction(known, /^proc_|^__proc_/));
  if (where.includes('mm/usercopy.c'))
    return withFunction('WARNING: bad usercopy', guiltyFunction(known, /^(?:usercopy\w*|__check\w*)$/));
  return withFunction('WARNING', guiltyFunction(known) ?? known[0]);
}

/** The functions of ` at: name+0x1/0x2`: where locks were taken or wanted. */
function lockSites(lines: readonly string[]): string[] {
  return lines.flatMap(line => {
    const name = /\bat: (?:\[<[0-9a-f]+>\] )?([A-Za-z_][\w.$]{0,510})\+0x/.exec(line)?.[1];
    return name === undefined ? [] : [plainFunction(name)];
  });
}

/** The function that took the lock of a lockdep report. */
export function heldLockFunction({ lines }: CrashText): string | undefined {
  return guiltyFunction(lockSites(lines));
}

/** The last allocator of the page in a report. Where the bug was noticed is irrelevant. */
export function pageAllocator({ lines }: CrashText): string | undefined {
  const start = lines.findIndex(line => line.includes('page last allocated'));
  if (start === -1) return undefined;
  const names: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const frame = parseFrame(line);
    if (!frame && names.length > 0) break;
    if (frame?.reliable) names.push(frame.function);
  }
  const allocators =
    /alloc|vmap|page_owner|prep_new_page|get_page_from_freelist|_page$|^_*folio|free_unref|page_frag_free/;
  return guiltyFunction(names, allocators) ?? names.at(-1);
}

/** The function that was about to take the lock that closes the cycle. */
export function deadlock(_match: RegExpExecArray, text: CrashText): string {
  const names = lockSites(text.lines);
  return withFunction('possible deadlock', guiltyFunction([...names, ...text.functions]) ?? names[0]);
}

/** `kernel panic: reason`, without parts that differ between boots. */
export function panic(match: RegExpExecArray, text: CrashText): string {
  const reason = (match[1] ?? '').trim();
  const corrupted = /^stack-protector: Kernel stack is corrupted in: (\S+)/.exec(reason);
  if (corrupted)
    return withFunction(
      'kernel panic: stack is corrupted',
      headerFunction(corrupted[1] ?? '') ?? guiltyFunction(text.functions),
    );
  if (reason.startsWith('corrupted stack end'))
    return titleFromStalledFrame('kernel panic: corrupted stack end')(match, text);
  if (reason.startsWith('Attempted to kill init!')) return 'kernel panic: Attempted to kill init!';
  if (reason.includes('panic_on_warn set')) return 'kernel panic: panic_on_warn set';
  // Two spaces end a sentence of the kernel; the rest is advice.
  return `kernel panic: ${normaliseTitle(reason.split(/(?<=[.!]) {2}/)[0] ?? '')}`;
}

/** `kernel BUG in name`, or the subject of the assertion for lists and user copies. */
export function kernelBug(match: RegExpExecArray, text: CrashText): string {
  const [, place = ''] = match;
  if (place.startsWith('lib/list_debug.c')) return titleFromTrace('BUG: corrupted list')(match, text);
  if (place.startsWith('mm/usercopy.c'))
    return titleFromTrace('BUG: bad usercopy', /^(?:usercopy\w*|__check\w*)$/)(match, text);
  // Wrappers of socket buffers assert for their callers.
  const name = guiltyFunction(stack(text), /^skb_/) ?? text.pointer;
  return name === undefined ? `kernel BUG at ${normaliseTitle(place)}` : `kernel BUG in ${name}`;
}
