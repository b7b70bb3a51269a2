import { normaliseText } from '../text/normalise.ts';
import { originalLine, type SourceText, type Undone } from '../text/source-text.ts';
import { isWrapped, type WrapLine, wrapWidth } from '../text/wraps.ts';
import { cleanLine, type LogLine, parseLogLine, quoteDepth } from './log-line.ts';
import { parseFrame } from './stack-frame.ts';

/** Text that begins a new line, so that the line does not continue the previous one. */
const beginning =
  /^(?:[A-Z][\w().#/ -]{0,40}:(?:\s|$)|[<([{=*#$+~|-]|\S{1,64}@\S{1,64}|(?:BUG|INFO|WARNING|Oops|UBSAN)\b|[a-z][\w-]{0,40}:\s)/;
/** Maximum length of a line joined from several, in UTF-16 units. */
const joinLimit = 4096;

/** A text as lines, and the decorations that were removed to read them. */
export class LogText {
  readonly #source: SourceText;
  readonly #counts = new Map<string, number>();

  /** Removes decorations of the text as a whole. */
  constructor(given: string | SourceText) {
    this.#source = normaliseText(given);
  }

  /** The text without encodings, escapes and containers. */
  get text(): string {
    return this.#source.text;
  }

  /** The decorations removed so far. Those of single lines are complete once all lines have been read. */
  get undone(): Undone[] {
    return [...this.#source.undone, ...[...this.#counts].map(([what, count]) => ({ what, count }))];
  }

  /** The records, one by one. Only the current line and the next one are in memory. */
  *lines(): Generator<LogLine> {
    const width = wrapWidth(wrapLines(this.text));
    let held: LogLine | undefined;
    let raw = '';
    for (const [index, given] of linesOf(this.text)) {
      const line = cleanLine(given);
      const records = this.#read(given, line, index + 1);
      const rest = restOf(records, held?.text ?? '');
      // Without a mark, a wrap cannot be distinguished from a new line: the rules then try both lines joined.
      if (held?.marked && rest !== undefined && isWrapped(raw, line, width)) this.#join(held, rest);
      else {
        if (held && rest !== undefined && held.text !== '') held.continuation = rest;
        if (held) yield held;
        held = records.pop();
        yield* records;
      }
      raw = line;
    }
    if (held) yield held;
  }

  #join(held: LogLine, rest: string): void {
    this.#count('wrapped lines');
    // format=flowed leaves the blank at which it breaks.
    if (held.text.length < joinLimit) held.text = `${held.text.trimEnd()} ${rest}`;
  }

  /** The records in a line, and what had to be undone to read them. */
  #read(given: string, line: string, number: number): [LogLine, ...LogLine[]] {
    const records = parseLogLine(line, originalLine(this.#source, number));
    const [first, ...more] = records;
    const quoted = quoteDepth(given);
    if (quoted > 0) {
      first.quoted = quoted;
      this.#count('quote marks');
    }
    if (more.length > 0) this.#count('records within a line');
    if (first.foreign) this.#count('times not from the kernel');
    return records;
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

/** The records of a text. */
export function eachLogLine(given: string | SourceText): Generator<LogLine> {
  return new LogText(given).lines();
}

/** The text of a line that may belong to the one before it. */
function restOf([record, ...more]: readonly [LogLine, ...LogLine[]], before: string): string | undefined {
  return more.length === 0 && mayContinue(record, before) ? record.text : undefined;
}

/** What does not end a message: a function or a module was broken off behind it. */
const unfinished = /(?:\b(?:in|at|from|to|by|for|of|module)| \/|\bat [\w./-]{1,200}:\d{1,6}) ?$/;

/** Whether a line may have been broken off the previous one: it has no prefix, no indentation, and begins nothing new. */
function mayContinue({ text, marked, foreign }: LogLine, before: string): boolean {
  // Log messages contain no tabs, but the kernel's tables do.
  if (marked || foreign || text === '' || /^\s|\t/.test(text)) return false;
  return !beginning.test(text) && (unfinished.test(before) || parseFrame(text) === undefined);
}

/** The lines with their indexes. A final newline does not begin another line. */
function* linesOf(text: string): Generator<[index: number, line: string]> {
  let start = 0;
  for (let index = 0; start < text.length; index++) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    yield [index, text.slice(start, end)];
    start = end + 1;
  }
}

function* wrapLines(text: string): Generator<WrapLine> {
  let before = '';
  for (const [, given] of linesOf(text)) {
    const line = cleanLine(given);
    const records = parseLogLine(line, 1);
    yield { text: line, continues: restOf(records, before) !== undefined };
    before = line;
  }
}
