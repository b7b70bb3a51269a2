import type { CrashClass } from './crash.ts';
import { guiltyFunction, hungFunction, normaliseTitle } from './crash-title.ts';
import {
  deadlock,
  headerFunction,
  heldLockFunction,
  kasan,
  kernelBug,
  pageAllocator,
  panic,
  type TitleMaker,
  titleFromGuiltyFrame,
  titleFromStalledFrame,
  titleFromTrace,
  warning,
  withFunction,
} from './crash-title-maker.ts';

/** How to recognise and title one kind of report. */
export interface CrashRule {
  class: CrashClass;
  /** Whether the guest cannot be trusted after it. */
  fatal: boolean;
  pattern: RegExp;
  title: TitleMaker;
}

function rule(fatal: boolean, kind: CrashClass, pattern: RegExp, title: TitleMaker): CrashRule {
  return { fatal, class: kind, pattern, title };
}

/** The messages of die() for x86 traps (arch/x86/kernel/traps.c, cet.c), with `Oops: ` before them since 6.9. */
const dieReasons =
  /^(?:Oops: )?(int3|overflow|bounds|alignment check|coprocessor segment overrun|invalid TSS|segment not present|control protection|Bad pagetable|Split lock detected|unexpected #NM exception|stack guard page|SPURIOUS INTERRUPT|iret exception): [0-9a-f]{4} \[#\d+\]/;
const nullDereference = 'BUG: unable to handle kernel NULL pointer dereference';
const badPage = 'BUG: unable to handle kernel paging request';
const lockReports =
  /^(?:WARNING|INFO): possible (?:circular|recursive|irq lock|irq) ?(?:locking|inversion)? ?(?:dependency )?.*detected|^(?:WARNING|INFO): (?:SOFTIRQ|HARDIRQ)-safe -> (?:SOFTIRQ|HARDIRQ)-unsafe lock order/;

/** Any other `BUG: `, of which only the text is known. */
export const lastResort: CrashRule = rule(
  false,
  'bug',
  /^BUG: ([^\s].*)/,
  match => `BUG: ${normaliseTitle(match[1] ?? '')}`,
);

/** In the order in which they are tried. Prefixes such as `watchdog: ` and `rcu: ` are already removed. */
export const crashRules: readonly CrashRule[] = [
  rule(true, 'sanitizer', /^BUG: KASAN: ([a-z-]+(?: or [a-z-]+)?)(?: in (.*)| on address)/, kasan),
  rule(true, 'sanitizer', /^BUG: KFENCE: ([a-z -]{1,40}) in (.*)/, (match, text) => {
    const own = headerFunction(match[2] ?? '');
    const names = own === undefined ? text.functions : [own, ...text.functions];
    return withFunction(`KFENCE: ${match[1]}`, guiltyFunction(names));
  }),
  rule(false, 'sanitizer', /^BUG: KMSAN: ([a-z-]+) in (.*)/, (match, text) =>
    withFunction(
      `KMSAN: ${match[1]}`,
      guiltyFunction(
        [headerFunction(match[2] ?? '') ?? 'dump_stack', ...text.functions],
        // The bug shows up in a cipher but comes from elsewhere.
        /_(?:en|de)crypt$|^(?:crypto|cipher|drbg|rng)_|^netlink_(?:ack|rcv_skb)$|alloc_skb/,
      ),
    ),
  ),
  rule(false, 'sanitizer', /^BUG: KCSAN: (.*)/, match => `KCSAN: ${normaliseTitle(match[1] ?? '')}`),
  rule(
    false,
    'sanitizer',
    /^UBSAN: (?:Undefined behaviour in|undefined-behaviour in)/,
    titleFromTrace('UBSAN: undefined-behaviour', /ubsan|overflow/),
  ),
  rule(false, 'sanitizer', /^(?:Internal error: )?UBSAN: ([a-z][a-z -]{1,60}) in /, (match, text) =>
    withFunction(`UBSAN: ${match[1]}`, guiltyFunction(text.functions, /ubsan|handle_overflow|_overflow$/)),
  ),
  rule(
    true,
    'oops',
    /^(?:BUG: )?(?:unable to handle kernel NULL pointer|[Kk]ernel NULL pointer|Unable to handle kernel NULL pointer)/,
    titleFromGuiltyFrame(nullDereference),
  ),
  rule(
    true,
    'oops',
    /^(?:BUG: )?(?:unable to handle (?:kernel paging request|page fault for address)|Unable to handle kernel (?:data access|paging request|pointer dereference in virtual kernel address space|access to user memory))/,
    titleFromGuiltyFrame(badPage),
  ),
  rule(
    true,
    'oops',
    /^BUG: (?:\w+ )?stack guard page was hit/,
    titleFromGuiltyFrame('BUG: stack guard page was hit'),
  ),
  rule(true, 'oops', /^kernel stack overflow \(/, titleFromGuiltyFrame('kernel stack overflow')),
  rule(
    true,
    'oops',
    /^(?:Oops: )?general protection fault(?:,|:| for non-canonical address)(?! ip:)/,
    titleFromGuiltyFrame('general protection fault'),
  ),
  rule(true, 'oops', /^(?:Oops: )?divide[ _]error: /, titleFromGuiltyFrame('divide error')),
  rule(true, 'oops', /^(?:Oops: )?stack segment: /, titleFromGuiltyFrame('stack segment fault')),
  rule(true, 'panic', /^(?:PANIC: |Oops: )double fault/, titleFromGuiltyFrame('PANIC: double fault')),
  rule(true, 'bug', /^[Kk]ernel BUG at (.*)/, kernelBug),
  rule(true, 'panic', /^rust_kernel: panicked at /, (_match, { lines, functions }) =>
    withFunction(normaliseTitle(lines[1] ?? 'Rust panic without words'), guiltyFunction(functions)),
  ),
  rule(true, 'oops', /^(?:Oops: )?invalid opcode: /, titleFromGuiltyFrame('invalid opcode')),
  rule(true, 'oops', dieReasons, (match, text) =>
    titleFromGuiltyFrame(match[1] === 'stack segment' ? 'stack segment fault' : (match[1] ?? 'Oops'))(
      match,
      text,
    ),
  ),
  rule(true, 'panic', /^PANIC: early exception (0x[0-9a-f]{1,2})/, (match, text) =>
    titleFromGuiltyFrame(`PANIC: early exception ${match[1]}`)(match, text),
  ),
  rule(false, 'soft-lockup', /^BUG: soft lockup/, titleFromStalledFrame('BUG: soft lockup')),
  rule(
    true,
    'hard-lockup',
    /^(?:CPU\d+: )?Watchdog detected hard LOCKUP|^BUG: hard lockup/,
    titleFromStalledFrame('BUG: hard lockup'),
  ),
  rule(
    false,
    'rcu-stall',
    /^INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls?\b(?!, but suppressed)/,
    titleFromStalledFrame('INFO: rcu detected stall'),
  ),
  rule(
    false,
    'hung-task',
    /^(?:INFO: task .{1,80}|.{0,40}:\d+) blocked (?:in I\/O wait )?for more than \d+ seconds/,
    (_match, text) => withFunction('INFO: task hung', hungFunction(text.functions)),
  ),
  rule(
    false,
    'hung-task',
    /^INFO: task .{1,80} can't die for more than/,
    titleFromTrace("INFO: task can't die", /sched/),
  ),
  rule(false, 'hung-task', /^BUG: workqueue lockup/, () => 'BUG: workqueue lockup'),
  rule(false, 'warning', lockReports, deadlock),
  rule(false, 'warning', /^(?:WARNING|INFO): inconsistent lock state/, (match, text) =>
    deadlock(match, text).replace('possible deadlock', 'inconsistent lock state'),
  ),
  rule(false, 'warning', /^BUG: Invalid wait context/, (match, text) =>
    deadlock(match, text).replace('possible deadlock', 'BUG: Invalid wait context'),
  ),
  rule(false, 'warning', /^(WARNING|INFO): suspicious RCU usage/, (match, text) =>
    withFunction(
      `${match[1]}: suspicious RCU usage`,
      guiltyFunction(text.functions, /^(?:rcu|kmem|slab|kmalloc|vmalloc|kcalloc|kzalloc)/),
    ),
  ),
  rule(
    false,
    'warning',
    /^(BUG|WARNING): (bad unlock balance|bad contention|held lock freed|[Nn]ested lock was not taken|lock held when returning to user space|chain_key collision)/,
    (match, text) =>
      withFunction(
        `${match[1]}: ${match[2]?.replace('Nested', 'nested')}`,
        heldLockFunction(text) ?? guiltyFunction(text.functions),
      ),
  ),
  rule(false, 'warning', /^(BUG|WARNING): .{1,80} still has locks held!/, (match, text) =>
    withFunction(
      `${match[1]}: still has locks held`,
      heldLockFunction(text) ?? guiltyFunction(text.functions),
    ),
  ),
  rule(
    false,
    'warning',
    /^WARNING: kernel stack (regs|frame pointer) at .{1,200} has bad (?:'(\w+)' )?value/,
    match => `WARNING: kernel stack ${match[1]} has bad ${match[2] ? `'${match[2]}' ` : ''}value`,
  ),
  rule(
    false,
    'warning',
    /^INFO: trying to register non-static key/,
    titleFromTrace('INFO: trying to register non-static key', /stack|lock|IRQ/),
  ),
  rule(
    false,
    'warning',
    /^WARNING: ((?:CPU: \d+ PID: \d+ at .*)|(?:(?:\[.*\] )?\S+:\d+ at .*)|(?:at .*)|(?:[\w.]+\+0x\S+ at .*))/,
    warning,
  ),
  rule(
    false,
    'bug',
    /^BUG: sleeping function called from invalid context/,
    titleFromTrace('BUG: sleeping function called from invalid context'),
  ),
  rule(
    false,
    'bug',
    /^BUG: scheduling while atomic/,
    titleFromTrace('BUG: scheduling while atomic', /sched/),
  ),
  rule(false, 'bug', /^BUG: (spinlock|rwlock) ([a-z A-Z]+?)(?: on CPU.*)?$/, (match, text) =>
    withFunction(
      `BUG: ${match[1]} ${(match[2] ?? '').trim()}`,
      guiltyFunction(text.functions, /spin_|rwlock_/),
    ),
  ),
  rule(false, 'bug', /^BUG: using (\w+)\(\) in preemptible/, (match, text) =>
    withFunction(
      `BUG: using ${match[1]}() in preemptible code`,
      guiltyFunction(text.functions, /preempt|debug_|processor_id|this_cpu/),
    ),
  ),
  rule(false, 'bug', /^BUG: (Bad page state|Bad page cache)/, (match, text) =>
    withFunction(`BUG: ${match[1]}`, pageAllocator(text)),
  ),
  rule(
    false,
    'bug',
    /^BUG: (Bad page map|Bad rss-counter state|non-zero nr_\w+ on freeing mm|Object already free)/,
    match => `BUG: ${match[1]}`,
  ),
  rule(
    false,
    'bug',
    /^BUG ([\w.-]{1,64}) \((?:Not tainted|Tainted:[^)]{0,64})\): ([A-Z][A-Za-z ]{1,60})/,
    match => `BUG: ${match[2]} in ${match[1]}`,
  ),
  rule(
    false,
    'bug',
    /^BUG: memory leak/,
    titleFromTrace('memory leak', /kmemleak|alloc|slab|kmem|create_object|memdup|strn?dup/),
  ),
  rule(
    true,
    'out-of-memory',
    /^Kernel panic - not syncing: ((?:System is deadlocked on memory|Out of memory).*)/,
    panic,
  ),
  rule(true, 'panic', /^Kernel panic - not syncing: (.*)/, panic),
  rule(true, 'oops', /^(?:Oops|Internal error): (.*)/, titleFromGuiltyFrame('Oops')),
  lastResort,
];

/** Panics that only say that an earlier report was fatal. They also end it. */
export const consequencePanic =
  /^Kernel panic - not syncing: (?:Fatal exception|(?:[\w ]{1,40}: )?(?:panic_on_\w+|kmsan\.panic) set|(?:[\w ]{1,40}: )?system warned too often|Oopsed too often|scheduling while atomic|hung_task: blocked tasks|softlockup: hung tasks|RCU Stall|Hard LOCKUP|Fatal hardware error|workqueue: .{0,60}stall)/;
