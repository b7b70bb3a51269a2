import { normaliseText } from '../text/normalise.ts';
import { originalLine, type SourceText, type Undone } from '../text/source-text.ts';
import { isWrapped, type WrapLine, wrapWidth } from '../text/wraps.ts';
import { cleanLine, type LogLine, parseLogLine, quoteDepth } from './log-line.ts';
import { parseFrame } from './stack-frame.ts';

/** Words that begin something of their own, so that the line is no rest of the one before. */
const beginning =
  /^(?:[A-Z][\w().#/ -]{0,40}:(?:\s|$)|[<([{=*#$+~|-]|\S{1,64}@\S{1,64}|(?:BUG|INFO|WARNING|Oops|UBSAN)\b|[a-z][\w-]{0,40}:\s)/;
/** Longest line that is joined from several, in UTF-16 units. */
const joinLimit = 4096;

/** A text as lines, and what had to be undone to read them. */
export class LogText {
  readonly #source: SourceText;
  readonly #counts = new Map<string, number>();

  /** Undoes what belongs to the text as a whole. */
  constructor(given: string | SourceText) {
    this.#source = normaliseText(given);
  }

  /** The text without encodings, escapes and containers. */
  get text(): string {
    return this.#source.text;
  }

  /** What was undone so far; that of single lines is complete when all were read. */
  get undone(): Undone[] {
    return [...this.#source.undone, ...[...this.#counts].map(([what, count]) => ({ what, count }))];
  }

  /** The records, one after the other: nothing is held but the line at hand and the one after it. */
  *lines(): Generator<LogLine> {
    const width = wrapWidth(wrapLines(this.text));
    let held: LogLine | undefined;
    let raw = '';
    for (const [index, given] of linesOf(this.text)) {
      const line = cleanLine(given);
      const records = this.#read(given, line, index + 1);
      const rest = restOf(records, held?.text ?? '');
      // Without a mark nothing tells a wrap from a new line: the rules then try the two together.
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
    this.#count('lines that were wrapped');
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
    if (first.foreign) this.#count('times that are not of the kernel');
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

/** Words that do not end a message: a function or a module was broken off behind them. */
const unfinished = /\b(?:in|at|from|to|by|for|of|module) ?$/;

/** Whether a line may be what was broken off the one before it: it has no mark, no indentation, and begins nothing. */
function mayContinue({ text, marked, foreign }: LogLine, before: string): boolean {
  // A tab is in no message of a log; the kernel's tables have them.
  if (marked || foreign || text === '' || /^\s|\t/.test(text)) return false;
  return !beginning.test(text) && (unfinished.test(before) || parseFrame(text) === undefined);
}

/** The lines with their indexes; the end of the text is no line of its own. */
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
