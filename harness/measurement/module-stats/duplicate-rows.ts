import type { DuplicateModule, DuplicateReason } from './module-stats.ts';

/** MODULE_NAME_LEN is 64 - sizeof(unsigned long), including the terminating NUL: 55 characters, 59 on 32-bit machines. */
const nameLimit = 59;
const reasons: readonly DuplicateReason[] = ['Becoming & Load', 'Becoming', 'Load', 'Bug-on-stats'];
/** Width of a right-aligned reason in read_file_mod_stats() of kernel/module/stats.c. */
const reasonWidth = 25;

/** A row of the table, possibly incomplete. */
export interface DuplicateRow {
  /** Undefined unless name, count and reason are all present. */
  row?: DuplicateModule;
  /** Its words, for a row that continues on the next line. */
  words: string[];
  /** A reason that the kernel never gives. */
  strange?: string;
  /**
   * Whether the reason is the beginning of a longer one, if the text ends there: `Becoming` of `Becoming & Load`. `unknown`
   * if its padding, which would tell, was squeezed.
   */
  mayBeCut: boolean | 'unknown';
  /** Whether it is in the right of two columns. */
  right: boolean;
}

/**
 * The rows in one line of the table: usually one, two if two tables are side by side, none if the line is not a row.
 * `held` has the words of a row that the previous line began.
 */
export function readDuplicateRows(line: string, held: readonly string[] = []): DuplicateRow[] {
  const words = [...held, ...line.split(/[\s|,;"`*]+/).filter(word => word !== '')];
  const rows: DuplicateRow[] = [];
  let right = false;
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? '';
    if (word === '<' || word === '>') {
      right ||= word === '>';
      at++;
      continue;
    }
    const taken = takeRow(words.slice(at), line, right || rows.length > 0);
    if (!taken) return rows;
    rows.push(taken.row);
    at += taken.length;
  }
  return rows;
}

function takeRow(
  words: readonly string[],
  line: string,
  right: boolean,
): { row: DuplicateRow; length: number } | undefined {
  const [name = '', count] = words;
  if (!/^[\w.-]+$/.test(name) || name.length > nameLimit) return undefined;
  if (count === undefined) return { row: { words: [name], mayBeCut: false, right }, length: 1 };
  if (!/^\d{1,20}$/.test(count)) return undefined;
  const rest = words.slice(2);
  const isBroken = rest[1]?.startsWith('&') && !startsWith(rest, 'Becoming & Load');
  const reason = isBroken ? undefined : reasons.find(known => startsWith(rest, known));
  if (reason === undefined) {
    const written = rest.join(' ');
    const begun = reasons.some(known => known.toLowerCase().startsWith(written.toLowerCase()));
    const row: DuplicateRow = { words: [...words], mayBeCut: begun, right };
    if (!begun) row.strange = written;
    return { row, length: words.length };
  }
  const length = 2 + reason.split(' ').length;
  const row: DuplicateModule = { name, count: Number(count), reason };
  return { row: { row, words: words.slice(0, length), mayBeCut: isShort(line, reason), right }, length };
}

function startsWith(words: readonly string[], reason: string): boolean {
  const wanted = reason.toLowerCase().split(' ');
  return wanted.every((word, index) => words[index]?.toLowerCase() === word);
}

/** Whether `Becoming` at the end of a line has the padding of `Becoming & Load`, since reasons are right-aligned. */
function isShort(line: string, reason: DuplicateReason): boolean | 'unknown' {
  const written = line.trimEnd();
  if (reason !== 'Becoming' || !/Becoming$/i.test(written)) return false;
  const padding = / *$/.exec(written.slice(0, -reason.length))?.[0].length ?? 0;
  return padding > 1 ? padding < reasonWidth - reason.length : 'unknown';
}
