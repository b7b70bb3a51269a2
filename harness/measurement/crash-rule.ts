import type { CrashClass } from './crash.ts';
import { guiltyFunction, hungFunction, normaliseTitle, stalledFunction } from './crash-title.ts';

/** What a title is made from. */
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

/** How one kind of report is recognised and titled. */
export interface CrashRule {
  class: CrashClass;
  /** Whether the guest cannot be believed to go on. */
  fatal: boolean;
  pattern: RegExp;
  title(match: RegExpExecArray, text: CrashText): string;
}

function stack({ pointer, functions }: CrashText): string[] {
  return pointer === undefined ? [...functions] : [pointer, ...functions];
}

function named(prefix: string, name: string | undefined): string {
  return name === undefined ? prefix : `${prefix} in ${name}`;
}

/** A title of the first function of pointer and trace that may lend its name. */
function inGuilty(prefix: string, skip?: RegExp): CrashRule['title'] {
  return (_match, text) => named(prefix, guiltyFunction(stack(text), skip) ?? stack(text)[0]);
}

/** A title of the first function of the trace alone: the pointer, if any, is where it was noticed. */
function inTrace(prefix: string, skip?: RegExp): CrashRule['title'] {
  return (_match, text) => named(prefix, guiltyFunction(text.functions, skip) ?? text.pointer);
}

function inStalled(prefix: string): CrashRule['title'] {
  return (_match, text) => {
    const interrupt = text.functions.findLastIndex(name => name.includes('apic_timer_interrupt'));
    const functions = text.functions.slice(interrupt + 1);
    return named(
      prefix,
      stalledFunction(text.pointer === undefined ? functions : [text.pointer, ...functions]),
    );
  };
}

function headerFunction(text: string): string | undefined {
  return /([A-Za-z_]\w{0,255})(?:\.[\w.]+)?\+0x[0-9a-f]+/.exec(text)?.[1];
}

function kasan(match: RegExpExecArray, text: CrashText): string {
  const access = text.lines
    .map(line => /^(Read|Write) of size \d/.exec(line)?.[1])
    .find(word => word !== undefined);
  const kind =
    match[1]!.startsWith('double-free') || match[1]!.startsWith('invalid-free') ? 'invalid-free' : match[1]!;
  const own = headerFunction(match[2] ?? '');
  const freeing =
    kind === 'invalid-free' ? /^(?:kmem_|slab_|__slab_|k[vz]?free|vunmap|vfree|__kmem_)/ : undefined;
  const names = own === undefined ? text.functions : [own, ...text.functions];
  return named(
    `KASAN: ${kind}${access && kind !== 'invalid-free' ? ` ${access}` : ''}`,
    guiltyFunction(names, freeing) ?? own,
  );
}

/** `WARNING: CPU: 1 PID: 2 at file:line function+…` (to 6.17) and `WARNING: file:line at function+…, CPU#1: name/2`. */
function warning(match: RegExpExecArray, text: CrashText): string {
  const where = match[1]!;
  const names = [headerFunction(where) ?? /(?:^| )at \S+ ([A-Za-z_]\w*)/.exec(where)?.[1], ...stack(text)];
  const known = names.filter(name => name !== undefined);
  if (where.includes('lib/refcount.c'))
    return named('WARNING: refcount bug', guiltyFunction(known, /^(?:refcount|kobject)_/));
  if (where.includes('lib/debugobjects.c')) {
    return named(
      'WARNING: ODEBUG bug',
      guiltyFunction(known, /^(?:debug_|rcu|hrtimer_|timer_|work_|kmem_|slab_|__free_)/),
    );
  }
  if (where.includes('kernel/locking/lockdep.c')) return named('WARNING: locking bug', guiltyFunction(known));
  return named('WARNING', guiltyFunction(known) ?? known[0]);
}

function deadlock(_match: RegExpExecArray, text: CrashText): string {
  const at = text.lines.map(
    line => /\bat: (?:\[<[0-9a-f]+>\] )?([A-Za-z_]\w*)(?:\.[\w.]+)?\+0x/.exec(line)?.[1],
  );
  const names = at.filter(name => name !== undefined);
  return named('possible deadlock', guiltyFunction([...names, ...text.functions]) ?? names[0]);
}

function panic(match: RegExpExecArray, text: CrashText): string {
  const reason = match[1]!.trim();
  const corrupted = /^stack-protector: Kernel stack is corrupted in: (\S+)/.exec(reason);
  if (corrupted)
    return named(
      'kernel panic: stack is corrupted',
      headerFunction(corrupted[1]!) ?? guiltyFunction(text.functions),
    );
  if (reason.startsWith('corrupted stack end'))
    return inStalled('kernel panic: corrupted stack end')(match, text);
  if (reason.startsWith('Attempted to kill init!')) return 'kernel panic: Attempted to kill init!';
  if (reason.includes('panic_on_warn set')) return 'kernel panic: panic_on_warn set';
  return `kernel panic: ${normaliseTitle(reason)}`;
}

function kernelBug(match: RegExpExecArray, text: CrashText): string {
  const place = match[1]!;
  if (place.startsWith('lib/list_debug.c')) return inTrace('BUG: corrupted list')(match, text);
  if (place.startsWith('mm/usercopy.c'))
    return inTrace('BUG: bad usercopy', /^(?:usercopy\w*|__check\w*)$/)(match, text);
  const name = guiltyFunction(stack(text)) ?? text.pointer;
  return name === undefined ? `kernel BUG at ${normaliseTitle(place)}` : `kernel BUG in ${name}`;
}

function rule(fatal: boolean, kind: CrashClass, pattern: RegExp, title: CrashRule['title']): CrashRule {
  return { fatal, class: kind, pattern, title };
}

const nullDereference = 'BUG: unable to handle kernel NULL pointer dereference';
const badPage = 'BUG: unable to handle kernel paging request';
const lockReports =
  /^(?:WARNING|INFO): possible (?:circular|recursive|irq lock|irq) ?(?:locking|inversion)? ?(?:dependency )?.*detected|^(?:WARNING|INFO): (?:SOFTIRQ|HARDIRQ)-safe -> (?:SOFTIRQ|HARDIRQ)-unsafe lock order/;

/** In the order in which they are tried; the text has lost prefixes such as `watchdog: ` and `rcu: `. */
export const crashRules: readonly CrashRule[] = [
  rule(true, 'sanitizer', /^BUG: KASAN: ([a-z-]+(?: or [a-z-]+)?)(?: in (.*)| on address)/, kasan),
  rule(true, 'sanitizer', /^BUG: KFENCE: ([a-z -]{1,40}) in (.*)/, (match, text) => {
    const own = headerFunction(match[2]!);
    const names = own === undefined ? text.functions : [own, ...text.functions];
    return named(`KFENCE: ${match[1]}`, guiltyFunction(names));
  }),
  rule(false, 'sanitizer', /^BUG: KMSAN: ([a-z-]+) in (.*)/, (match, text) =>
    named(
      `KMSAN: ${match[1]}`,
      guiltyFunction([headerFunction(match[2]!) ?? 'dump_stack', ...text.functions]),
    ),
  ),
  rule(false, 'sanitizer', /^BUG: KCSAN: (.*)/, match => `KCSAN: ${normaliseTitle(match[1]!)}`),
  rule(
    false,
    'sanitizer',
    /^UBSAN: (?:Undefined behaviour in|undefined-behaviour in)/,
    inTrace('UBSAN: undefined-behaviour', /ubsan|overflow/),
  ),
  rule(false, 'sanitizer', /^(?:Internal error: )?UBSAN: ([a-z][a-z -]{1,60}) in /, (match, text) =>
    named(`UBSAN: ${match[1]}`, guiltyFunction(text.functions, /ubsan|handle_overflow|_overflow$/)),
  ),
  rule(
    true,
    'oops',
    /^(?:BUG: )?(?:unable to handle kernel NULL pointer|[Kk]ernel NULL pointer|Unable to handle kernel NULL pointer)/,
    inGuilty(nullDereference),
  ),
  rule(
    true,
    'oops',
    /^(?:BUG: )?(?:unable to handle (?:kernel paging request|page fault for address)|Unable to handle kernel (?:data access|paging request|access to user memory))/,
    inGuilty(badPage),
  ),
  rule(
    true,
    'oops',
    /^BUG: stack guard page was hit|^BUG: TASK stack guard page was hit/,
    inGuilty('BUG: stack guard page was hit'),
  ),
  rule(
    true,
    'oops',
    /^(?:Oops: )?general protection fault(?:,|:)(?! ip:)/,
    inGuilty('general protection fault'),
  ),
  rule(true, 'oops', /^(?:Oops: )?divide error: /, inGuilty('divide error')),
  rule(true, 'oops', /^(?:Oops: )?stack segment: /, inGuilty('stack segment fault')),
  rule(true, 'panic', /^(?:PANIC: |Oops: )double fault/, inGuilty('PANIC: double fault')),
  rule(true, 'bug', /^[Kk]ernel BUG at (.*)/, kernelBug),
  rule(true, 'oops', /^(?:Oops: )?invalid opcode: /, inGuilty('invalid opcode')),
  rule(false, 'soft-lockup', /^BUG: soft lockup/, inStalled('BUG: soft lockup')),
  rule(
    true,
    'hard-lockup',
    /^(?:CPU\d+: )?Watchdog detected hard LOCKUP|^BUG: hard lockup/,
    inStalled('BUG: hard lockup'),
  ),
  rule(
    false,
    'rcu-stall',
    /^INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls?\b(?!, but suppressed)/,
    inStalled('INFO: rcu detected stall'),
  ),
  rule(
    false,
    'hung-task',
    /^INFO: task .{1,80} blocked (?:in I\/O wait )?for more than \d+ seconds/,
    (_match, text) => named('INFO: task hung', hungFunction(text.functions)),
  ),
  rule(
    false,
    'hung-task',
    /^INFO: task .{1,80} can't die for more than/,
    inTrace("INFO: task can't die", /sched/),
  ),
  rule(false, 'hung-task', /^BUG: workqueue lockup/, () => 'BUG: workqueue lockup'),
  rule(false, 'warning', lockReports, deadlock),
  rule(false, 'warning', /^(?:WARNING|INFO): inconsistent lock state/, (match, text) =>
    deadlock(match, text).replace('possible deadlock', 'inconsistent lock state'),
  ),
  rule(false, 'warning', /^(WARNING|INFO): suspicious RCU usage/, (match, text) =>
    named(
      `${match[1]}: suspicious RCU usage`,
      guiltyFunction(text.functions, /^(?:rcu|kmem|slab|kmalloc|vmalloc|kcalloc|kzalloc)/),
    ),
  ),
  rule(
    false,
    'warning',
    /^(BUG|WARNING): (bad unlock balance|held lock freed|lock held when returning to user space)/,
    (match, text) => named(`${match[1]}: ${match[2]}`, guiltyFunction(text.functions)),
  ),
  rule(
    false,
    'warning',
    /^INFO: trying to register non-static key/,
    inTrace('INFO: trying to register non-static key', /stack|lock|IRQ/),
  ),
  rule(
    false,
    'warning',
    /^WARNING: ((?:CPU: \d+ PID: \d+ at .*)|(?:\S+:\d+ at .*)|(?:at .*)|(?:[\w.]+\+0x\S+ at .*))/,
    warning,
  ),
  rule(
    false,
    'bug',
    /^BUG: sleeping function called from invalid context/,
    inTrace('BUG: sleeping function called from invalid context'),
  ),
  rule(false, 'bug', /^BUG: scheduling while atomic/, inTrace('BUG: scheduling while atomic', /sched/)),
  rule(false, 'bug', /^BUG: (spinlock|rwlock) ([a-z A-Z]+?)(?: on CPU.*)?$/, (match, text) =>
    named(`BUG: ${match[1]} ${match[2]!.trim()}`, guiltyFunction(text.functions, /spin_|rwlock_/)),
  ),
  rule(false, 'bug', /^BUG: using (\w+)\(\) in preemptible/, (match, text) =>
    named(
      `BUG: using ${match[1]}() in preemptible code`,
      guiltyFunction(text.functions, /preempt|debug_|processor_id|this_cpu/),
    ),
  ),
  rule(
    false,
    'bug',
    /^BUG: (Bad page state|Bad page map|Bad rss-counter state)/,
    match => `BUG: ${match[1]}`,
  ),
  rule(
    false,
    'bug',
    /^BUG: memory leak/,
    inTrace('memory leak', /kmemleak|alloc|slab|kmem|create_object|memdup|strn?dup/),
  ),
  rule(
    true,
    'out-of-memory',
    /^Kernel panic - not syncing: ((?:System is deadlocked on memory|Out of memory).*)/,
    panic,
  ),
  rule(true, 'panic', /^Kernel panic - not syncing: (.*)/, panic),
  rule(true, 'oops', /^(?:Oops|Internal error): (.*)/, inGuilty('Oops')),
  rule(false, 'bug', /^BUG: ([^\s].*)/, match => `BUG: ${normaliseTitle(match[1]!)}`),
];

/** Panics that only say that an earlier report was fatal; they also end it. */
export const consequencePanic =
  /^Kernel panic - not syncing: (?:Fatal exception|(?:\w+: )?panic_on_warn set|hung_task: blocked tasks|softlockup: hung tasks|RCU Stall|Hard LOCKUP|Fatal hardware error)/;
