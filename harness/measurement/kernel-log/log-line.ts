/** One line of a kernel log, freed of what consoles, dmesg, syslog and mail put before it. */
export interface LogLine {
  /** The kernel's message, without time, level and caller. */
  text: string;
  /** 1-based line of the source. */
  line: number;
  /** `T123` (task) or `C1` (CPU) under CONFIG_PRINTK_CALLER. */
  caller?: string;
  /** Seconds since boot as printed, if the line has a time stamp of the kernel. */
  time?: number;
  /** The line carries a mark that only a kernel's log has: a time stamp, a caller, a level, syslog's `kernel:`. */
  marked?: true;
  /** How many messages the console lost before this line, by its own account. */
  dropped?: number;
}

/** Longest line that is looked at, in UTF-16 units; the kernel's own limit is 1 KiB a record (PRINTK_MESSAGE_MAX 2048). */
const lineLimit = 16_384;

const noBreakSpaces = /[\u00a0\u2007\u202f\ufeff]/g;
/** Colours (ECMA-48, SGR), as `dmesg --color=always` prints them. Other sequences stay: they are no part of a log. */
const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]{0,16}m`, 'g');
const quotePrefix = /^[ \t]{0,16}(?:[>|][ \t]?)+/;
const indentedPrefix = /^[ \t]{1,64}(?=(?:<\d{1,3}>)?\[ {0,10}\d{1,12}\.\d{1,9}\])/;
const levelPrefix = /^<\d{1,3}>/;
const dmesgFacilityPrefix = /^[a-z]{3,8} {0,6}:[a-z]{3,7} {0,6}: (?=\[|\d{4}-)/;
const kmsgPrefix = /^(\d{1,10}),\d{1,20},(\d{1,20}),[^;,]{1,16}((?:,[^;,]{1,64}){0,4});/;
/** `short`, `short-iso`, `short-full` and `short-unix` of journalctl, and what syslogd writes. */
const syslogPrefix =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?|(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| [A-Z]{1,5}| [+-]\d{2,4})?|\d{9,11}\.\d{1,9}) (?:\S{1,255} )?kernel(?:\[\d+\])?: ?/;
/** `dmesg --time-format iso`: the comma and six digits tell it from the logs of applications. */
const isoPrefix = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:?\d\d /;
const droppedPrefix = /^\*\* (?:(\d{1,15}) printk messages dropped|replaying previous printk message) \*\* ?/;
/** Seconds since boot, with `dmesg --show-delta` and journalctl's `short-delta` also those since the line before. */
const timePrefix = /^\[ {0,10}(\d{1,12}\.\d{1,9})(?: <[ \d.+-]{1,24}>)?\] ?/;
/** `dmesg -T`, `dmesg -H` and `dmesg --show-delta`: times that do not count from the boot. */
const wallTimePrefix =
  /^\[(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}(?: <[ \d.+-]{1,24}>)?|[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d| {0,12}\+\d{1,12}\.\d{1,9}|<[ \d.+-]{1,24}>)\] ?/;
/** What journalctl puts behind the time since boot. */
const hostPrefix = /^(?:[\w.-]{1,255} )?kernel: /;
const callerPrefix = /^\[ {0,10}([TC]\d{1,10})\] ?/;

/** No-break spaces to spaces, colours, quote marks of mail and carriage return off: the line as the kernel meant it. */
function cleanLine(raw: string): string {
  const bounded = raw.length > lineLimit ? raw.slice(0, lineLimit) : raw;
  const plain = bounded.includes('\x1b') ? bounded.replace(colours, '') : bounded;
  const unquoted = plain.replace(noBreakSpaces, ' ').replace(quotePrefix, '').replace(indentedPrefix, '');
  return unquoted.endsWith('\r') ? unquoted.slice(0, -1) : unquoted;
}

/** Takes level, time, caller and syslog prefixes off one line. */
export function parseLogLine(raw: string, line: number): LogLine {
  const cleaned = cleanLine(raw);
  const parsed: LogLine = { text: cleaned, line };
  const kmsg = kmsgPrefix.exec(cleaned);
  if (kmsg) {
    parsed.time = Number(kmsg[2]) / 1e6;
    const caller = /,caller=([TC]\d{1,10})/.exec(kmsg[3] ?? '');
    if (caller) parsed.caller = caller[1]!;
    parsed.text = cleaned.slice(kmsg[0].length);
    parsed.marked = true;
    return parsed;
  }
  let text = takeDropped(parsed, cleaned.replace(syslogPrefix, '').replace(dmesgFacilityPrefix, ''));
  text = takeTime(parsed, text.replace(levelPrefix, ''));
  const caller = callerPrefix.exec(text);
  if (caller) {
    parsed.caller = caller[1]!;
    text = text.slice(caller[0].length);
  }
  if (text.length < cleaned.length) parsed.marked = true;
  parsed.text = text;
  return parsed;
}

function takeTime(parsed: LogLine, text: string): string {
  const time = timePrefix.exec(text);
  if (!time) return takeDropped(parsed, text.replace(wallTimePrefix, '').replace(isoPrefix, ''));
  parsed.time = Number(time[1]);
  return takeDropped(parsed, text.slice(time[0].length).replace(hostPrefix, ''));
}

function takeDropped(parsed: LogLine, text: string): string {
  const dropped = droppedPrefix.exec(text);
  if (!dropped) return text;
  if (dropped[1]) parsed.dropped = Number(dropped[1]);
  return text.slice(dropped[0].length);
}

/** The lines of a log, one after the other: nothing is held but the line at hand. */
export function* eachLogLine(text: string): Generator<LogLine> {
  let start = 0;
  for (let line = 1; start <= text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (end > start || newline !== -1) yield parseLogLine(text.slice(start, end), line);
    if (newline === -1) return;
    start = end + 1;
  }
}
