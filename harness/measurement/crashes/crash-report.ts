import type { Finding } from '../finding.ts';
import { isBootBanner } from '../kernel-log/boot-banner.ts';
import type { LogLine } from '../kernel-log/log-line.ts';
import { eachLogLine } from '../kernel-log/log-lines.ts';
import { parseFrame, parsePointer } from '../kernel-log/stack-frame.ts';
import type { Crash, CrashClass } from './crash.ts';
import { type CrashRule, consequencePanic, crashRules, lastResort } from './crash-rule.ts';
import type { CrashText } from './crash-title-maker.ts';

/** Maximum number of lines of one report that are kept as evidence and used for the title. */
const reportLimit = 160;
/** Maximum length of a header, in UTF-16 units; printk() cuts at 1 KiB. */
const headerLimit = 2048;
/** Maximum number of reports per log. The first ones are the most useful. */
const crashLimit = 64;

/** A report that is still being printed. */
interface OpenReport {
  rule: CrashRule;
  match: RegExpExecArray;
  context: string;
  lines: [header: string, ...rest: string[]];
  line: number;
  /** Its position among the reports of the log. */
  order: number;
  fatal: boolean;
}

/** What the console or kmsg of a guest shows about its health. */
export interface CrashReading {
  crashes: Crash[];
  /** COLLECTOR_ARTEFACT: warnings triggered by reading the statistics. */
  findings: Finding[];
}

const callingPrefix =
  /^(?:(?:NMI )?watchdog: |rcu: |traps: (?=PANIC|Oops)|x86\/\w+: |(?:\S{1,64} login: )|-{3,} ?\[ ?|\[ (?=BUG: |INFO: |WARNING: ))*/;
const needles =
  /BUG|WARNING|INFO: |blocked for more|UBSAN|general protection|divide[ _]error|segment|double fault|early exception|opcode|int3|overflow|bounds|alignment|TSS|control protection|LOCKUP|panic|Oops|NULL pointer|nable to handle|Internal error|Unhandled fault|Booting the kernel|Linux version|Boot |-- Reboot/;
/** Reports that cannot be mistaken for user space output. They are found after other words, too. */
const unmistakable =
  /(?:Kernel panic - not syncing: |BUG: KASAN: |BUG: kernel NULL pointer|BUG: unable to handle |BUG: soft lockup - CPU#|INFO: rcu_\w{1,16} (?:self-)?detected|general protection fault(?:, (?:probably|maybe) for |: [0-9a-f]{4} \[#)|Unable to handle kernel |Internal error: Oops)/;
/** The start of the second half of an oops, which belongs to the open report. */
const continuation =
  /^(?:Oops: |Internal error: |(?:Oops: )?invalid opcode: |PANIC: double fault|kernel BUG at rust\/helpers\/bug\.c)/;

/**
 * Recognises kernel deaths and distress in the lines of one log, and titles them. The expected reports of duplicate
 * requests (kernel/module/dups.c) are not crashes. Warnings of kernel/module/stats.c come from reading the statistics
 * and become findings. A panic that only says that a report was fatal is not a crash; it marks that report as fatal.
 */
export class CrashCollector {
  readonly #crashes: { crash: Crash; line: number }[] = [];
  readonly #findings: Finding[] = [];
  /** By caller: with CONFIG_PRINTK_CALLER, reports of several tasks can be separated. */
  readonly #open = new Map<string, OpenReport>();
  readonly #banners = { version: 0, booting: 0 };
  #last: Crash | undefined;
  /** Number of reports so far. They are listed in the order in which they began. */
  #order = 0;

  /** Adds the next line. Returns true if it begins a report or belongs to one. */
  add(line: LogLine): boolean {
    const context = line.caller ?? '';
    const report = this.#open.get(context);
    if (needles.test(line.text) && this.#takeHeader(line, report, context)) return true;
    if (!report) return false;
    keep(report, line.text);
    if (line.text.includes('---[ end ')) this.#finish(report);
    return true;
  }

  /** The result. Reports that are still open end here. */
  result(): CrashReading {
    for (const report of [...this.#open.values()]) this.#finish(report);
    const crashes = this.#crashes.sort((one, other) => one.line - other.line).map(({ crash }) => crash);
    return { crashes, findings: this.#findings };
  }

  /** Whether the text of the line began, continued or ended a report. */
  #takeHeader(line: LogLine, report: OpenReport | undefined, context: string): boolean {
    if (sawBanner(line.text, this.#banners)) {
      this.#reboot(line);
      return true;
    }
    const plain = plainHeader(line.text);
    if (consequencePanic.test(plain) && this.#takeConsequence(line, report)) return true;
    if (report && continuation.test(plain) && report.rule.class !== 'warning') {
      keep(report, line.text);
      return true;
    }
    if (report && isRestOfHeader(report, line)) return true;
    const found = findRule(plain, line);
    if (!found) return false;
    if (report) this.#finish(report);
    const { rule, match, header } = found;
    const { line: at } = line;
    this.#open.set(context, {
      rule,
      match,
      context,
      lines: [header],
      line: at,
      order: this.#order++,
      fatal: rule.fatal,
    });
    return true;
  }

  #takeConsequence(line: LogLine, report: OpenReport | undefined): boolean {
    // The kernel reports all hung tasks before it panics; the first one is the important one.
    const firstHung = /hung_task: blocked tasks/.test(line.text)
      ? this.#crashes.find(({ crash }) => crash.class === 'hung-task')
      : undefined;
    if (firstHung) {
      firstHung.crash.fatal = true;
      return true;
    }
    const cause = report ?? [...this.#open.values()].at(-1);
    if (cause && !isExpected(cause)) {
      cause.fatal = true;
      keep(cause, line.text);
      return true;
    }
    if (this.#last) this.#last.fatal = true;
    return this.#last !== undefined;
  }

  #reboot(line: LogLine): void {
    for (const report of [...this.#open.values()]) this.#finish(report);
    const crash: Crash = {
      class: 'reboot',
      title: 'unexpected kernel reboot',
      evidence: [line.text],
      fatal: true,
    };
    if (this.#crashes.length < crashLimit) this.#crashes.push({ crash, line: this.#order++ });
  }

  #finish(report: OpenReport): void {
    this.#open.delete(report.context);
    const crash = judge(report, this.#findings);
    if (!crash || this.#crashes.length >= crashLimit) return;
    this.#crashes.push({ crash, line: report.order });
    this.#last = crash;
  }
}

/** The text of a line that may begin a report, without the prefixes of subsystems and consoles. */
function plainHeader(text: string): string {
  const trimmed = text.slice(0, headerLimit).trimStart();
  const inner = unmistakable.exec(trimmed);
  return (inner ? trimmed.slice(inner.index) : trimmed).replace(callingPrefix, '').replace(/ \]-*$/, '');
}

/** The rule for a header, which mail or a terminal may have broken. Application output has no rule. */
function findRule(
  plain: string,
  { continuation: rest, foreign, marked }: LogLine,
): { rule: CrashRule; match: RegExpExecArray; header: string } | undefined {
  const ruleFor = (header: string) => {
    for (const rule of crashRules) {
      const match = rule.pattern.exec(header);
      if (match) return { rule, match, header };
    }
    return undefined;
  };
  const alone = ruleFor(plain);
  const isOurs = alone && !(alone.rule === lastResort && foreign && !marked);
  if (rest === undefined || (alone && alone.rule !== lastResort && !/ at$|:\d+$|\/ ?$/.test(plain)))
    return isOurs ? alone : undefined;
  const joined = ruleFor(`${plain} ${rest}`);
  return joined && joined.rule !== lastResort ? joined : isOurs ? alone : undefined;
}

/** Whether a line was already joined to the header before it. */
function isRestOfHeader(
  { lines: [header, ...more], line: at }: OpenReport,
  { line, text }: LogLine,
): boolean {
  return more.length === 0 && line === at + 1 && header.endsWith(` ${text}`);
}

function keep(report: OpenReport, text: string): void {
  if (report.lines.length < reportLimit && text !== '') report.lines.push(text);
}

/** Counts boot banners. A second banner of the same kind means that the machine rebooted. */
function sawBanner(text: string, banners: { version: number; booting: number }): boolean {
  if (/^-- (?:Boot [0-9a-f]{32}|Reboot) ?--/.test(text)) {
    banners.version = 0;
    banners.booting = 0;
  }
  if (isBootBanner(text)) return ++banners.version > 1;
  if (
    /^(?:Parsing ELF\.\.\. |Performing relocations\.\.\. |done\.|\s)*Booting the kernel(?:\.| \()/.test(text)
  ) {
    const isSecond = ++banners.booting > 1 || banners.version > 0;
    // The banner of the kernel that now starts belongs to the same reboot.
    banners.version = 0;
    return isSecond;
  }
  return false;
}

function isExpected(report: OpenReport): boolean {
  return (
    report.rule.class === 'warning' &&
    /kmod_dup_request_exists_wait|kernel\/module\/dups\.c/.test(report.lines[0])
  );
}

function judge(report: OpenReport, findings: Finding[]): Crash | undefined {
  if (isExpected(report)) return undefined;
  const header = report.lines[0];
  if (report.rule.class === 'warning' && /kernel\/module\/stats\.c|read_file_mod_stats/.test(header)) {
    const message =
      'reading the stats text triggered a warning in kernel/module/stats.c: caused by modstorm, not a crash of the guest';
    findings.push({ code: 'COLLECTOR_ARTEFACT', severity: 'note', message, line: report.line });
    return undefined;
  }
  const title = report.rule.title(report.match, crashText(report.lines));
  return { class: report.rule.class, title, evidence: report.lines, fatal: report.fatal };
}

/** The pointer and the first trace of a report. Allocation and free traces do not name the bug. */
function crashText(lines: OpenReport['lines']): CrashText {
  let pointer: string | undefined;
  const functions: string[] = [];
  // The RCU thread that got no CPU: a victim, whose stack precedes that of the stalling task.
  let isVictim = false;
  for (const line of lines.slice(1)) {
    if (line.includes('RCU grace-period kthread stack dump')) isVictim = true;
    else if (isVictim) isVictim = !/<\/TASK>|NMI backtrace|Stack dump where/.test(line);
    if (isVictim) continue;
    if (
      /^(?:Allocated by|Freed by|Last potentially|Showing all locks|The buggy address)/.test(line.trimStart())
    )
      break;
    pointer ??= parsePointer(line);
    const frame = parseFrame(line);
    if (frame?.reliable) functions.push(frame.function);
    if (line.includes('</TASK>') && functions.length > 0) break;
  }
  return { header: lines[0], lines, pointer, functions };
}

/** All crashes of a dmesg, console log or journal, in order. */
export function findCrashes(text: string): Crash[] {
  const collector = new CrashCollector();
  for (const line of eachLogLine(text)) collector.add(line);
  return collector.result().crashes;
}

/** From worst to mildest, among those after which a kernel continues. */
const severities: readonly CrashClass[] = [
  'hard-lockup',
  'soft-lockup',
  'rcu-stall',
  'hung-task',
  'sanitizer',
  'bug',
  'warning',
];

/** The crash that represents the trial: the first fatal one, else the worst; null if there is none. */
export function worstCrash(crashes: readonly Crash[]): Crash | null {
  const fatal = crashes.find(crash => crash.fatal);
  if (fatal) return fatal;
  const ranked = [...crashes].sort(
    (left, right) => severities.indexOf(left.class) - severities.indexOf(right.class),
  );
  return ranked[0] ?? null;
}
