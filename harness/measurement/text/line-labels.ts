import { type SourceText, stripLines } from './source-text.ts';

/** Number of lines to examine before assuming that all carry a label. */
const probeLines = 400;
const label = /^[ \t]{0,12}(?:[\w./~+@-]{1,200}[:-])?\d{1,9}[ \t]?[:|)\]\t-]/;
const path = /^[\w./~+@-]{1,200}[:-]/;

/**
 * Removes what programs put before every line of a file: the numbers of `grep -n`, `cat -n`, `nl` and web pages, and the
 * file name before them.
 */
export function undoLineLabels(source: SourceText): SourceText {
  const lines = source.text.split('\n', probeLines).filter(line => line.trim() !== '' && line !== '--');
  if (lines.length < 2) return source;
  if (isNumbered(lines)) return stripLines(source, label, 'line numbers');
  const name = path.exec(lines[0] ?? '')?.[0].slice(0, -1);
  // A path or a name with a suffix; `kernel:` and `module:` belong to the log itself.
  if (name === undefined || !/[./]/.test(name)) return source;
  const isNamed = lines.every(line => line.startsWith(name) && /[:-]/.test(line[name.length] ?? ''));
  return isNamed ? stripLines(source, path, 'file names') : source;
}

/** Whether nearly every line begins with a number and the numbers grow. Times of day do not count. */
function isNumbered(lines: readonly string[]): boolean {
  let last = -1;
  let numbered = 0;
  for (const line of lines) {
    const match = /^[ \t]{0,12}(?:[\w./~+@-]{1,200}[:-])?(\d{1,9})[ \t]?[:|)\]\t-](?!\d\d[:.,])/.exec(line);
    if (!match) continue;
    const number = Number(match[1]);
    if (number <= last) return false;
    last = number;
    numbered++;
  }
  return numbered >= lines.length * 0.9;
}
