import { withoutQuoteMarks } from './quote-marks.ts';

/** The two sides of a diff, as far as it shows them. */
export interface DiffSides {
  before: string;
  after: string;
  /** The form of the diff. */
  form: 'unified' | 'context' | 'normal' | 'words';
}

/** Maximum number of lines to examine, and their maximum length: a stats text has at most 8 KiB. */
const lineLimit = 20_000;
const lengthLimit = 512;

/**
 * Splits the output of `diff -u`, `diff -c`, `git diff` or plain `diff`; undefined for any other text. The columns of
 * `diff -y` are handled where lines are read.
 */
export function splitDiff(text: string): DiffSides | undefined {
  const given = text.split('\n', lineLimit).map(line => line.slice(0, lengthLimit).replace(/\r$/, ''));
  // A mail that quotes it. A plain diff uses the same mark itself.
  const isQuoted = given.some(line => /^(?:[ \t]{0,4}>){1,16} ?(?:@@ -\d|\*{3} \d)/.test(line));
  const lines = isQuoted ? given.map(withoutQuoteMarks) : given;
  if (lines.some(line => /\[-.*-\]\s?\{\+.*\+\}/.test(line))) return words(lines);
  if (lines.some(line => /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.test(line))) return unified(lines);
  if (lines.some(line => /^\*{3} \d+(?:,\d+)? \*{4}$/.test(line))) return contextual(lines);
  if (lines.some(line => /^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$/.test(line))) return normal(lines);
  return undefined;
}

function unified(lines: readonly string[]): DiffSides {
  const sides = { before: [] as string[], after: [] as string[] };
  let inside = false;
  for (const line of lines) {
    if (line.startsWith('@@ -')) inside = true;
    if (!inside || /^(?:@@|---|\+\+\+|diff |index |\\)/.test(line)) continue;
    if (!line.startsWith('+')) sides.before.push(line.slice(1));
    if (!line.startsWith('-')) sides.after.push(line.slice(1));
  }
  return { before: ended(sides.before), after: ended(sides.after), form: 'unified' };
}

/** `git diff --word-diff` and wdiff: brackets around words instead of a column of marks. */
function words(lines: readonly string[]): DiffSides {
  const own = lines.filter(line => !/^(?:@@ |--- |\+\+\+ |diff |index |\\)/.test(line));
  const before = own.map(line => line.replace(/\{\+.*?\+\}/g, '').replace(/\[-(.*?)-\]/g, '$1'));
  const after = own.map(line => line.replace(/\[-.*?-\]/g, '').replace(/\{\+(.*?)\+\}/g, '$1'));
  return { before: ended(before), after: ended(after), form: 'words' };
}

function contextual(lines: readonly string[]): DiffSides {
  const sides = { before: [] as string[], after: [] as string[] };
  let side: string[] | undefined;
  for (const line of lines) {
    if (/^\*{3} \d+(?:,\d+)? \*{4}$/.test(line)) side = sides.before;
    else if (/^--- \d+(?:,\d+)? ----$/.test(line)) side = sides.after;
    else if (!/^(?:\*{15}|\\)/.test(line)) side?.push(line.slice(2));
  }
  // A side without changes is omitted: its text is the context of the other side.
  const common = (own: readonly string[], other: readonly string[]) => (own.length === 0 ? other : own);
  const before = common(sides.before, sides.after);
  const after = common(sides.after, sides.before);
  return { before: ended(before), after: ended(after), form: 'context' };
}

function normal(lines: readonly string[]): DiffSides {
  const of = (mark: string) => lines.filter(line => line.startsWith(`${mark} `)).map(line => line.slice(2));
  return { before: ended(of('<')), after: ended(of('>')), form: 'normal' };
}

/** The lines of a diff are complete, including the last one. */
function ended(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
