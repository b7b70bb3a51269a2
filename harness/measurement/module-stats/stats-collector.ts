import type { LogLine } from '../kernel-log/log-line.ts';
import { type LabelledValues, readCounterLine, readUnknownLine } from './counter-line.ts';
import { type DuplicateRow, readDuplicateRows } from './duplicate-rows.ts';
import { isCounterName, kernelCounters, wastedLabel } from './kernel-counter.ts';
import type { ModuleStats } from './module-stats.ts';
import { StatsDraft } from './stats-draft.ts';

/** Words of lines with a label; cheap to search for. */
const needle = /mods|mod_|modcount|module|bytes|failed_|(?:mod|text)[ _]size/i;
/** `head *` and `tail -v`; `more *` prints the name between two lines of colons. */
const fileHead = /^==> (?:\S{0,255}\/)?([\w.-]{1,64}) <==$/;
const fileName = /^(?:\S{0,255}\/)?(\w{1,64}):?$/;
/** `grep -r . modules/` puts the file name before a line of the text. */
const statsFile = /^\S{0,255}?\bstats[:-](?:\d{1,6}[:-])?(?=\s|[A-Z])/;
/** Words of labels, including labels that this version does not know. */
const statsWord = /\b(?:mods?|modules?|bytes|size|kread|decompress)\b/i;
/** Frames around tables, fences of Markdown, braces of JSON: no line of the text, and no end of it either. */
const decoration = /^[\s|+:=*`~_{}[\],-]*$/;
/** Beginnings of the lines that the kernel prints, in lower case. */
const kernelLines = [
  ...kernelCounters.flatMap(({ label, average }) => (average === undefined ? [label] : [label, average])),
  wastedLabel,
  'Duplicate failed modules:',
  'Module-name How-many-times Reason',
].map(line => line.toLowerCase());
/** The head of the table within a line. */
const joinedHead = /Duplicate failed modules:\s+Module-name\s+How-many-times\s+Reason\s+(?=\S)/i;
/** Maximum number of stats per text, and of lines between an unknown label and the first known one. */
const draftLimit = 64;
const waitingLimit = 16;

/** The part of the text being read: the counters, the table, or the list of names of the first versions. */
type Place = 'counters' | 'table' | 'names';

/**
 * Finds the stats texts in the lines of a text, whatever is around and between them: one after the other, or side by side
 * in two columns. Counters of different texts are never mixed: a text ends where a label is repeated or out of the
 * kernel's order, or where other text begins.
 */
export class StatsCollector {
  readonly #drafts: StatsDraft[] = [];
  /** The current texts, from left to right. */
  #columns: StatsDraft[] = [];
  #place: Place = 'counters';
  #waiting: { label: string; value: string; line: number }[] = [];
  #pending: LabelledValues | undefined;
  #file: string | undefined;
  #held: DuplicateRow | undefined;
  #depth = 0;
  #broken = '';
  /** The last line, if it was not recognised, and the text that it follows. */
  #tail = '';
  #closed: StatsDraft | undefined;
  #afterBlank = false;

  /** Adds the next line. */
  add(line: LogLine): void {
    if (this.#isIdle && !needle.test(line.text) && !line.text.startsWith('==> ')) {
      if (line.text.trim() !== '') this.#waiting = [];
      this.#tail = '';
      return;
    }
    const text = line.text.replace(statsFile, '');
    for (const draft of this.#columns) draft.end();
    if (decoration.test(text)) {
      this.#afterBlank ||= text.trim() === '';
      return;
    }
    const broken = this.#broken;
    this.#broken = '';
    this.#tail = '';
    this.#closed = undefined;
    if (this.#takeFileLine(text, line)) return;
    if (needle.test(text) || broken !== '') {
      const found = this.#findLabels(text, broken);
      if (found.length > 0) {
        this.#takeLabels(found, line);
        this.#takeJoinedTable(text, line);
        return;
      }
    }
    if (this.#takePending(text, line) || this.#takeHead(text) || this.#takeRows(text, line)) return;
    this.#takeOther(text, line);
  }

  /**
   * All stats, in order; of two columns, the left one first.
   * @param open whether the text ends without a newline
   * @param length characters of the text
   */
  result(open: boolean, length?: number): ModuleStats[] {
    const last = this.#columns.at(-1) ?? this.#closed;
    if (open && last && this.#tail !== '' && isBegun(this.#tail)) last.cut();
    return this.#drafts.map(draft =>
      draft.finish(open && draft === last, this.#drafts.length === 1 ? length : undefined),
    );
  }

  /** Whether two texts are side by side. */
  get hasColumns(): boolean {
    return this.#columns.length > 1;
  }

  /** Whether nothing has begun that a line could continue. */
  get #isIdle(): boolean {
    return (
      this.#columns.length === 0 &&
      this.#broken === '' &&
      this.#pending === undefined &&
      this.#file === undefined
    );
  }

  #findLabels(text: string, broken: string): LabelledValues[] {
    const found = readCounterLine(text);
    if (found.length > 0 || broken === '') return found;
    return readCounterLine(`${broken} ${text}`);
  }

  #takeLabels(found: readonly LabelledValues[], line: LogLine): void {
    this.#depth = line.quoted ?? 0;
    this.#afterBlank = false;
    this.#pending = undefined;
    const seen = new Map<string, number>();
    // `diff -y` leaves the left column empty if only the right side has the line.
    const first = this.#columns.length > 1 && /^\s{17,}>/.test(line.text) ? 1 : 0;
    for (const one of found) {
      if (one.meaning === 'average' && this.#columns.length === 0) continue;
      const column = seen.get(one.label.toLowerCase()) ?? first;
      if (one.values.length === 0) {
        this.#takeWithout(one, line);
        continue;
      }
      for (const [index, digits] of one.values.entries())
        this.#draftFor(one, column + index, line).take(one, digits, line.line);
      seen.set(one.label.toLowerCase(), column + one.values.length);
    }
  }

  /** Handles a label without a number, which may follow on the next line. */
  #takeWithout(one: LabelledValues, line: LogLine): void {
    this.#tail = one.label;
    if (one.atEnd) this.#pending = one;
    else if (one.isRefused && !one.isFile && this.#columns.length > 0)
      this.#draftFor(one, 0, line).refuse(one);
  }

  #takePending(text: string, line: LogLine): boolean {
    const pending = this.#pending;
    this.#pending = undefined;
    const digits = /^\s*(-?\d{1,40})\s*[|]?\s*$/.exec(text)?.[1];
    if (!pending || digits === undefined) return false;
    this.#draftFor(pending, 0, line).take({ ...pending, atEnd: /\d$/.test(text) }, digits, line.line);
    return true;
  }

  /** Handles the name of a single file, whose value is on the next line. */
  #takeFileLine(text: string, line: LogLine): boolean {
    const trimmed = text.trim();
    const head = fileHead.exec(trimmed)?.[1] ?? fileName.exec(trimmed)?.[1];
    if (head !== undefined && (isCounterName(head) || fileHead.test(trimmed))) {
      this.#file = head;
      return true;
    }
    const name = this.#file;
    this.#file = undefined;
    if (name === undefined || !isCounterName(name) || !/^-?\d{1,40}$/.test(trimmed)) return false;
    const one: LabelledValues = {
      label: name,
      meaning: name,
      isFile: true,
      values: [trimmed],
      atEnd: true,
      isRefused: false,
    };
    this.#draftFor(one, 0, line).take(one, trimmed, line.line);
    return true;
  }

  #takeHead(text: string): boolean {
    const head = text.trim();
    if (/^duplicate failed modules:?/i.test(head) || /^module-name\s+how-many-times/i.test(head)) {
      if (this.#columns.length > 0) this.#place = 'table';
      return true;
    }
    // A wrapped part of the table heading.
    if (this.#place === 'table' && /^(?:how-many-times|reason|[|\s])+$/i.test(head)) return true;
    if (!/^failed modules:$/i.test(head) || this.#columns.length === 0) return false;
    this.#place = 'names';
    return true;
  }

  /** The table behind the counters, where all was joined to one line. */
  #takeJoinedTable(text: string, line: LogLine): void {
    const joined = joinedHead.exec(text);
    if (!joined || this.#columns.length === 0) return;
    this.#place = 'table';
    this.#takeRows(text.slice(joined.index + joined[0].length), line);
  }

  #takeRows(text: string, line: LogLine): boolean {
    if (this.#place === 'names') {
      if (!/^\s*[\w-]{1,59}\s*$/.test(text)) return false;
      this.#columns[0]?.takeName();
      return true;
    }
    if (this.#place !== 'table' || line.marked !== this.#marked) return false;
    const rows = this.#readRows(text);
    if (this.#afterBlank && !rows.some(({ row }) => row)) return false;
    for (const [index, row] of rows.entries()) {
      const column = row.right || index > 0 ? this.#columns.length - 1 : 0;
      this.#columns[column]?.takeRow(row, line.line);
      if (!row.row && row.strange === undefined) this.#held = row;
    }
    return rows.length > 0;
  }

  /** The rows in a line of the table, with what the line before began of one. */
  #readRows(text: string): DuplicateRow[] {
    const held = this.#held?.words ?? [];
    this.#held = undefined;
    const rows = readDuplicateRows(text, held);
    if (held.length === 0 || rows.some(({ row }) => row)) return rows;
    // The row that was begun does not continue here: it is lost, and this line is a row of its own.
    if (held.length > 1) this.#columns[0]?.loseRow();
    return readDuplicateRows(text);
  }

  /** Handles any other line: an unknown label, an empty line, or words that end the text. */
  #takeOther(text: string, line: LogLine): void {
    this.#tail = text.trim();
    const unknown = this.#place === 'counters' ? readUnknownLine(text) : undefined;
    const draft = this.#columns[0];
    if (unknown && (statsWord.test(unknown.label) || (draft && !this.#afterBlank))) {
      if (draft && line.marked === this.#marked) draft.keepUnknown(unknown.label, unknown.value, line.line);
      else if (!draft) this.#wait({ ...unknown, line: line.line });
      return;
    }
    this.#broken = /\b(?:mods|total|failed|virtual|average|avg)\b[\sa-z]*$/i.exec(text)?.[0] ?? '';
    if (this.#broken !== '') return;
    this.#waiting = [];
    // A console prints other things in between, and mail replies are written into the quoted text.
    if (!line.marked && (line.quoted ?? 0) >= this.#depth) this.#close();
  }

  #close(): void {
    this.#closed = this.#columns.at(-1);
    this.#columns = [];
    this.#place = 'counters';
    this.#held = undefined;
  }

  #marked: true | undefined;

  /** The text that a label belongs to: the current one or a new one. */
  #draftFor(one: LabelledValues, column: number, line: LogLine): StatsDraft {
    const isAfterTable = this.#place !== 'counters' && !one.isFile;
    if (column === 0 && (isAfterTable || this.#columns[0]?.fits(one) === false)) this.#close();
    const known = this.#columns[column];
    if (known) return known;
    const draft = new StatsDraft(this.#waiting[0]?.line ?? line.line);
    if (column === 0) this.#marked = line.marked;
    for (const { label, value, line: at } of column === 0 ? this.#waiting : [])
      draft.keepUnknown(label, value, at);
    this.#waiting = [];
    if (this.#drafts.length < draftLimit) this.#drafts.push(draft);
    this.#columns[column] = draft;
    return draft;
  }

  #wait(unknown: { label: string; value: string; line: number }): void {
    this.#waiting.push(unknown);
    if (this.#waiting.length > waitingLimit) this.#waiting.shift();
  }
}

/** Whether words are the beginning of a line that the kernel prints. */
function isBegun(words: string): boolean {
  const begun = words.toLowerCase().replace(/\s+/g, ' ');
  return kernelLines.some(line => line.startsWith(begun));
}
