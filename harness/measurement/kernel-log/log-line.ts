import { type LinePrefix, parsePrefix } from './line-prefix.ts';

/** One line of a kernel log, without the prefixes of consoles, dmesg, syslog and mail. */
export interface LogLine extends LinePrefix {
  /** 1-based line of the source. */
  line: number;
  /** Number of mail quote marks. */
  quoted?: number;
  /**
   * The next line, if it has no prefix and begins nothing new: mail or a terminal may have broken it off this one.
   */
  continuation?: string;
}

/** Maximum length of a line, in UTF-16 units. The kernel's own limit is 2 KiB per record (PRINTK_MESSAGE_MAX). */
const lineLimit = 16_384;

const quotePrefix = /^[ \t]{0,16}(?:[>|\u00bb][ \t]?)+/;
/**
 * A time stamp within a line, after unterminated user space output, a prefix of some program, or the end of another
 * record. It has spaces or three decimals, unlike a version in brackets.
 */
const innerStamp =
  /(?:<\d{1,2}>)?\[(?: {1,10}\d{1,10}\.\d{1,9}|\d{1,10}\.\d{3,9})(?:[,@:]\d{1,4})? {0,2}\](?=[ [])/;
/** Prefixes that programs write before a time stamp: a number, a path, a time, a name with a colon or bar. */
const headPrefix = /^(?:[\w./~+@:,;-]{0,80}[:|>#)-]?|[[(][^[\]()]{1,60}[\])]:?)$/;

/** Number of quote marks at the start of a line. */
export function quoteDepth(raw: string): number {
  return quotePrefix.exec(raw.slice(0, 200))?.[0].match(/[>|\u00bb]/g)?.length ?? 0;
}

/** Removes mail quote marks and carriage returns. */
export function cleanLine(raw: string): string {
  const bounded = raw.length > lineLimit ? raw.slice(0, lineLimit) : raw;
  const unquoted = bounded.replace(quotePrefix, '');
  return unquoted.endsWith('\r') ? unquoted.replace(/\r+$/, '') : unquoted;
}

/**
 * The records in a line without quote marks: one, unless there is a time stamp within the line.
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
