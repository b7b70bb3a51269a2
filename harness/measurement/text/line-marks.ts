import { type SourceText, stripLines } from './source-text.ts';

/** Lines that are looked at before it is believed that all carry a mark. */
const probeLines = 400;
/** Fewer lines do not tell a mark from a message. */
const leastLines = 3;
/**
 * Signs that people and programs put before every line: comments and KTAP (`#`, `//`), added lines of a patch, pytest,
 * the initials of a quoted writer, bars and colons of old mail programs.
 */
const signs = /^(?:E {7}|[ \t]{0,8}(?:#|\/\/|;|\*|\+|:|[A-Za-z]{1,4}>)[ \t]?)/;
/** A program that logs what others print: `Nov 26 10:00:00 host collect[12]: `; the kernel's own is read line by line. */
const tag =
  /^(?:<\d{1,3}>)?(?:\p{L}{1,9}\.? {1,2}\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?) (?:[\w.-]{1,255} )?(?!kernel\b)([\w./@-]{1,64})(?:\[\d{1,10}\])?: /u;

/** What stands before every line of a text: indentation, comment signs, the name of one program that logged it all. */
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

/** A block that is indented as a whole; one blank is the kernel's own, before a frame. */
function undoIndentation(source: SourceText, lines: readonly string[]): SourceText {
  const indents = lines.map(line => /^[ \t]*/.exec(line)?.[0] ?? '');
  const common = indents.reduce((shortest, one) => (one.length < shortest.length ? one : shortest));
  const isIndented = common.length > 1 || common === '\t';
  if (!isIndented || !indents.every(one => one.startsWith(common))) return source;
  return stripLines(source, new RegExp(`^${common}`), 'indentation');
}
