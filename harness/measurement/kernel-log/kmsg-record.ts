import type { LogLine } from './log-line.ts';

/** A record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg). */
export interface KmsgRecord {
  /** 0 (emergency) to 7 (debug). */
  level: number;
  /** Syslog facility; 0 is the kernel. */
  facility: number;
  sequence: number;
  /** Microseconds of the kernel's log clock. */
  timeUs: number;
  /** `T123` or `C1` under CONFIG_PRINTK_CALLER. */
  caller?: string;
  /** The text with its `\x0a` escapes decoded. May have several lines. */
  text: string;
  /** ` KEY=value` lines: SUBSYSTEM, DEVICE. */
  properties: Record<string, string>;
}

const header = /^(\d{1,10}),(\d{1,16}),(\d{1,16}),([^;,]{1,16})((?:,[^;,]{1,64}){0,8});/;

/**
 * Parses a raw record: `level,sequence,usec,flag[,key=value];text` and its continuation lines. Undefined if it is not a
 * record, since a guest may write anything.
 */
export function parseKmsgRecord(record: string): KmsgRecord | undefined {
  const match = header.exec(record);
  if (!match) return undefined;
  const [head, priority, sequence, time, , fields] = match;
  const [text = '', ...rest] = record.slice(head.length).split('\n');
  const parsed: KmsgRecord = {
    level: Number(priority) & 7,
    facility: Number(priority) >>> 3,
    sequence: Number(sequence),
    timeUs: Number(time),
    text: unescapeKmsg(text),
    properties: {},
  };
  const caller = /,caller=([TC]\d{1,10})/.exec(fields ?? '')?.[1];
  if (caller !== undefined) parsed.caller = caller;
  for (const line of rest) {
    const equals = line.indexOf('=');
    if (!line.startsWith(' ') || equals < 2) continue;
    parsed.properties[unescapeKmsg(line.slice(1, equals))] = unescapeKmsg(line.slice(equals + 1));
  }
  return parsed;
}

/** Decodes `\xNN`, the kernel's escape for control bytes, bytes above 127 and the backslash, and then UTF-8. */
function unescapeKmsg(text: string): string {
  if (!text.includes('\\x')) return text;
  return text.replace(/(?:\\x[0-9a-fA-F]{2})+/g, escapes => {
    const bytes = Buffer.from(escapes.replaceAll('\\x', ''), 'hex');
    return new TextDecoder('utf-8').decode(bytes);
  });
}

/** The lines of records as the console would show them. Text that is not a record becomes a plain line. */
export function* kmsgLines(records: Iterable<string>): Generator<LogLine> {
  let line = 0;
  for (const raw of records) {
    const record = parseKmsgRecord(raw);
    for (const text of (record?.text ?? raw).split('\n')) {
      line++;
      const parsed: LogLine = { text, line };
      if (record) parsed.time = record.timeUs / 1e6;
      if (record?.caller) parsed.caller = record.caller;
      yield parsed;
    }
  }
}

/** Number of missing sequence numbers between the first and the last record: records overwritten before being read. */
export function lostRecords(records: readonly KmsgRecord[]): number {
  let lost = 0;
  let before: number | undefined;
  for (const { sequence } of records) {
    if (before !== undefined) lost += Math.max(0, sequence - before - 1);
    before = sequence;
  }
  return lost;
}
