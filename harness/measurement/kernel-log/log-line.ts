import { type LinePrefix, parsePrefix } from './line-prefix.ts';

/** One line of a kernel log, freed of what consoles, dmesg, syslog and mail put before it. */
export interface LogLine extends LinePrefix {
  /** 1-based line of the source. */
  line: number;
  /** How often a mail was quoted to get here. */
  quoted?: number;
  /**
   * The next line, where it has no mark of its own and begins nothing: what mail or a terminal broke off this one,
   * perhaps.
   */
  continuation?: string;
}

/** Longest line that is looked at, in UTF-16 units; the kernel's own limit is 2 KiB a record (PRINTK_MESSAGE_MAX). */
const lineLimit = 16_384;

const quotePrefix = /^[ \t]{0,16}(?:[>|\u00bb][ \t]?)+/;
/**
 * A time stamp within a line: before it stands what user space had not ended, a prefix of some program, or the end of
 * another record. It has blanks, or three decimals, which a version in brackets has not.
 */
const innerStamp =
  /(?:<\d{1,2}>)?\[(?: {1,10}\d{1,10}\.\d{1,9}|\d{1,10}\.\d{3,9})(?:[,@:]\d{1,4})? {0,2}\](?=[ [])/;
/** What programs write before a stamp: a number, a path, a time, a name with a colon or bar. */
const headPrefix = /^(?:[\w./~+@:,;-]{0,80}[:|>#)-]?|[[(][^[\]()]{1,60}[\])]:?)$/;

/** How many quote marks a line begins with. */
export function quoteDepth(raw: string): number {
  return quotePrefix.exec(raw.slice(0, 200))?.[0].match(/[>|\u00bb]/g)?.length ?? 0;
}

/** Quote marks of mail and carriage returns off: the line as it was before somebody quoted it. */
export function cleanLine(raw: string): string {
  const bounded = raw.length > lineLimit ? raw.slice(0, lineLimit) : raw;
  const unquoted = bounded.replace(quotePrefix, '');
  return unquoted.endsWith('\r') ? unquoted.replace(/\r+$/, '') : unquoted;
}

/**
 * The records in one line, which lost its quote marks before: one, but where a time stamp stands within the line.
 * @param line 1-based line of the source
 */
export function parseLogLine(text: string, line: number): [LogLine, ...LogLine[]] {
  const record: LogLine = Object.assign(parsePrefix(text), { line });
  const inner = record.text.includes('[') ? innerStamp.exec(record.text) : null;
  if (!inner) return [record];
  const head = record.text.slice(0, inner.index);
  const rest = parseLogLine(record.text.slice(inner.index), line);
  const isPrefix = !record.marked && headPrefix.test(head.trim());
  return isPrefix ? rest : [{ ...record, text: head.trimEnd() }, ...rest];
}
