/** The parsed prefix of a kernel message. */
export interface LinePrefix {
  /** The rest of the line. */
  text: string;
  /** Seconds since boot, if the line has a kernel time stamp. */
  time?: number;
  /** `T123` (task) or `C1` (CPU) under CONFIG_PRINTK_CALLER. */
  caller?: string;
  /** The prefix is one that only kernel logs have: a time stamp, a caller, a level, syslog's `kernel:`. */
  marked?: true;
  /** Something else added a time: a CI service, a terminal program, some logger. */
  foreign?: true;
  /** Number of messages that the console reports as lost before this line. */
  dropped?: number;
}

const levelPrefix = /^<\d{1,3}>(?=\D)/;
/** `dmesg -x`, busybox syslogd, `logger`: facility and level in words. */
const facilityPrefix =
  /^kern(?:el)? {0,6}[.:] ?(?:emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug) {0,6}:? /;
/** A record of /dev/kmsg; extended netconsole puts the release before it. */
const kmsgPrefix =
  /^(?:\d{1,3}\.\d{1,3}[^,;\s]{0,120},)?(\d{1,10}),\d{1,20},(\d{1,20}),[^;,]{1,16}((?:,[^;,]{1,64}){0,4});/;
/** Seconds since boot; vendors add the CPU; `dmesg --show-delta` adds those since the previous line. */
const timePrefix = /^\[ {0,10}(\d{1,12}\.\d{1,9})(?:[,@:]\d{1,4})? {0,2}(?: ?<[ \d.+-]{1,24}>)?\] ?/;
const callerPrefix = /^\[ {0,10}([TC]\d{1,10})(?:[ /@][^\]]{0,40})? {0,10}\] ?/;
/** Kernels of Android vendors: `[0:      swapper/0:    1] `, the CPU, the task and its number. */
const vendorCallerPrefix = /^ ?\[ {0,4}\d{1,4}: {0,16}[^[\]:]{1,16}: {0,10}(\d{1,10})\] ?/;
/** `logcat -b kernel`: date, process, thread, level and a tag, which is `kernel` or empty. */
const logcatPrefix =
  /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,6} +(?:\w{1,16} +)?\d{1,10} +\d{1,10} [VDIWEF] (?:kernel)? {0,10}: ?/;
const droppedPrefix = /^\*\* (?:(\d{1,15}) printk messages dropped|replaying previous printk message) \*\* ?/;
/** `dmesg -T` in any language, `-H` and `--show-delta`: times that do not count from boot. */
const wallTimePrefix =
  /^\[(?:(?=\D)[^[\]<>]{4,40} \d\d:\d\d:\d\d \d{4}(?: ?<[ \d.+-]{1,24}>)?|\p{L}{1,9}\.? ?\d{1,2} \d\d:\d\d| {0,12}\+\d{1,12}\.\d{1,9}|<[ \d.+-]{1,24}>)\] ?/u;
/** `dmesg --time-format iso`: the comma and six digits distinguish it from application logs. */
const isoPrefix = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:?\d\d /;
/** Dates and times of day, in brackets or not, as CI services, terminal programs and loggers print them. */
const foreignPrefix =
  /^(?:[[(]?\d{4}[-/]\d\d[-/]\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d| UTC)?[\])]?|[[(]?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?[\])]?)(?:[:,;|]? {1,8}|\t)(?:\d\d[OE][ +])?/;
/** The level and the name that loggers print after the time, before a record of the kernel. */
const loggerPrefix =
  /^(?:- [\w.-]{1,40} - )?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL)\]?(?: - | {1,4}[[(]?[\w.-]{1,40}[\])]?(?:: | - | \| ))(?=[[<])/;
/** `kernel` as the name of the logger. */
const tagPlace = /(?:^|[\s>])kernel(?:\[[\d-]{1,8}\])?(?::(?:\s|$)| (?:-|\d{1,8}) \S{1,64} (?:-|\[))/;
const tagPrefix =
  /^[\s>]?kernel(?:\[[\d-]{1,8}\])?(?:: ?| (?:-|\d{1,8}) \S{1,64} (?:-|\[[^\]]{0,500}\])(?: \ufeff?)?)/;
const clock = /\d\d:\d\d/;
/** The word `kernel` may only be a prefix within this many characters. */
const tagReach = 200;
/** Maximum number of prefixes per line. A line with more is hardly from a log. */
const rounds = 8;

/** Removes all prefixes of a message. */
export function parsePrefix(line: string): LinePrefix {
  const parsed: LinePrefix = { text: line };
  for (let round = 0; round < rounds; round++) {
    const before = parsed.text;
    takeOne(parsed);
    if (parsed.text.length === before.length) break;
  }
  return parsed;
}

/** Removes one prefix, if there is one. */
function takeOne(parsed: LinePrefix): void {
  const { text } = parsed;
  const first = text[0] ?? '';
  if (first === '[') takeBracket(parsed);
  else if (first === ' ' || first === '\t') takeIndentation(parsed);
  else if (first === '*') takeDropped(parsed);
  else if (first === '<' && levelPrefix.test(text)) takeMark(parsed, levelPrefix.exec(text));
  else if (first >= '0' && first <= '9') takeNumber(parsed);
  else if (first === 'k' && facilityPrefix.test(text)) takeMark(parsed, facilityPrefix.exec(text));
  else if (first === '(') takeForeign(parsed);
  else takeTag(parsed);
}

function takeBracket(parsed: LinePrefix): void {
  const { text } = parsed;
  const time = parsed.time === undefined ? timePrefix.exec(text) : null;
  const caller = parsed.caller === undefined ? callerPrefix.exec(text) : null;
  if (time) {
    parsed.time = Number(time[1]);
    takeMark(parsed, time);
  } else if (caller?.[1]) {
    parsed.caller = caller[1];
    takeMark(parsed, caller);
  } else if (!takeVendorCaller(parsed) && !takeMark(parsed, wallTimePrefix.exec(text))) takeForeign(parsed);
}

function takeVendorCaller(parsed: LinePrefix): boolean {
  const task = parsed.time === undefined ? null : vendorCallerPrefix.exec(parsed.text);
  if (task?.[1] && parsed.caller === undefined) parsed.caller = `T${task[1]}`;
  return takeMark(parsed, task);
}

function takeIndentation(parsed: LinePrefix): void {
  if (takeVendorCaller(parsed)) return;
  // An indented line begins at its time stamp. Stack frames keep their indentation.
  const indented = /^[ \t]{1,64}(?=(?:<\d{1,3}>)?\[ {0,10}\d{1,12}\.\d{1,9})/.exec(parsed.text);
  if (indented && parsed.time === undefined) parsed.text = parsed.text.slice(indented[0].length);
}

function takeDropped(parsed: LinePrefix): void {
  const dropped = droppedPrefix.exec(parsed.text);
  if (dropped?.[1]) parsed.dropped = Number(dropped[1]);
  takeMark(parsed, dropped);
}

function takeNumber(parsed: LinePrefix): void {
  const { text } = parsed;
  const kmsg = kmsgPrefix.exec(text);
  if (kmsg) {
    parsed.time = Number(kmsg[2]) / 1e6;
    const caller = /,caller=([TC]\d{1,10})/.exec(kmsg[3] ?? '')?.[1];
    if (caller !== undefined) parsed.caller = caller;
    takeMark(parsed, kmsg);
  } else if (
    !takeMark(parsed, isoPrefix.exec(text)) &&
    !takeMark(parsed, logcatPrefix.exec(text)) &&
    !takeTag(parsed)
  )
    takeForeign(parsed);
}

/**
 * Removes `kernel:` after a date in any language and order, a host and a level (journalctl, syslogd), or
 * `kernel - - -` of RFC 5424.
 */
function takeTag(parsed: LinePrefix): boolean {
  const { text } = parsed;
  const at = text.slice(0, tagReach).search(tagPlace);
  if (at === -1) return false;
  const head = text.slice(0, at).trim();
  const isPrefix =
    head === '' ||
    clock.test(head) ||
    /^\d{9,11}(?:\.\d{1,9})?(?: \S{1,255})?$/.test(head) ||
    (parsed.time !== undefined && /^[\w.-]{1,255}$/.test(head));
  const tag = isPrefix ? tagPrefix.exec(text.slice(at)) : null;
  if (!tag) return false;
  parsed.text = text.slice(at + tag[0].length);
  parsed.marked = true;
  return true;
}

function takeForeign(parsed: LinePrefix): void {
  const foreign = foreignPrefix.exec(parsed.text);
  if (!foreign || parsed.marked) return;
  parsed.text = parsed.text.slice(foreign[0].length).replace(loggerPrefix, '');
  parsed.foreign = true;
}

function takeMark(parsed: LinePrefix, match: RegExpExecArray | null): boolean {
  if (!match) return false;
  parsed.text = parsed.text.slice(match[0].length);
  parsed.marked = true;
  return true;
}
