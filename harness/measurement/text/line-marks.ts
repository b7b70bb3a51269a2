import { type SourceText, stripLines } from './source-text.ts';

/** Number of lines to examine before assuming that all carry a mark. */
const probeLines = 400;
/** With fewer lines, a mark cannot be distinguished from a message. */
const leastLines = 3;
/**
 * Marks that people and programs put before every line: comments and KTAP (`#`, `//`), added lines of a patch, pytest,
 * the initials of a quoted author, bars and colons of old mail programs.
 */
const signs = /^(?:E {7}|[ \t]{0,8}(?:#|\/\/|;|\*|\+|:|[A-Za-z]{1,4}>)[ \t]?)/;
/** The prefix of a program that logs the output of others, `Nov 26 10:00:00 host collect[12]: `; not that of the kernel. */
const tag =
  /^(?:<\d{1,3}>)?(?:\p{L}{1,9}\.? {1,2}\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) (?:[\w.-]{1,255} )?(?!kernel\b)([\w./@-]{1,64})(?:\[\d{1,10}\])?: /u;

/** Removes what precedes every line of a text: indentation, comment marks, the name of a program that logged it. */
export function undoLineMarks(source: SourceText): SourceText {
  const lines = source.text.split('\n', probeLines).filter(line => line.trim() !== '');
  if (lines.length < leastLines) return source;
  if (haveOneTag(lines)) return stripLines(source, tag, 'name of a program that logged it');
  const sign = signs.exec(lines[0] ?? '')?.[0].trim();
  if (sign !== undefined && lines.every(line => signs.exec(line)?.[0].trim() === sign))
    return stripLines(source, signs, `"${sign}" before every line`);
  return undoIndentation(source, lines);
}

function haveOneTag(lines: readonly string[]): boolean {
  const names = new Set(lines.map(line => tag.exec(line)?.[1]));
  return names.size === 1 && !names.has(undefined);
}

/** The indentation of a whole block; the kernel itself puts one blank before a frame. */
function undoIndentation(source: SourceText, lines: readonly string[]): SourceText {
  const indents = lines.map(line => /^[ \t]*/.exec(line)?.[0] ?? '');
  const common = indents.reduce((shortest, one) => (one.length < shortest.length ? one : shortest));
  const isIndented = common.length > 1 || common === '\t';
  if (!isIndented || !indents.every(one => one.startsWith(common))) return source;
  return stripLines(source, new RegExp(`^${common}`), 'indentation');
}
