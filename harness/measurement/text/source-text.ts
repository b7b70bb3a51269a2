/** An encoding or decoration that was removed from a text before reading, and how often. */
export interface Undone {
  /** For display: `quoted-printable`, `HTML`, `colours`. */
  what: string;
  count: number;
}

/** A text between the posted form and what the kernel printed. */
export interface SourceText {
  text: string;
  /**
   * For each line of `text`, the 1-based line of the original text, so that findings give the line that the user sees;
   * undefined if no line has been split or joined.
   */
  lines?: readonly number[] | undefined;
  undone: readonly Undone[];
}

/** Removes one kind of decoration. Returns its argument if there is nothing to remove. Never throws. */
export type UndoingStep = (source: SourceText) => SourceText;

/** The original text as a source. */
export function sourceText(text: string): SourceText {
  return { text, undone: [] };
}

/** The source with a new text that has the same lines; the source itself if the count is 0. */
export function withText(source: SourceText, text: string, what: string, count: number): SourceText {
  return count === 0 ? source : { ...source, text, undone: [...source.undone, { what, count }] };
}

/** Removes a mark from every line that has it. */
export function stripLines(source: SourceText, mark: RegExp, what: string): SourceText {
  let count = 0;
  const lines = source.text.split('\n').map(line => {
    const plain = line.replace(mark, '');
    if (plain !== line) count++;
    return plain;
  });
  return withText(source, lines.join('\n'), what, count);
}

/** The line of the original text for a 1-based line of this one. */
export function originalLine({ lines }: SourceText, line: number): number {
  return lines?.[line - 1] ?? line;
}

/** Builds the text of a step that splits, joins or drops lines, and records where each came from. */
export class LineWriter {
  readonly #source: SourceText;
  readonly #texts: string[] = [];
  readonly #lines: number[] = [];

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Adds text that came from the 1-based line `line` of the source; newlines in it create lines with the same origin. */
  add(text: string, line: number): void {
    const origin = originalLine(this.#source, line);
    for (const part of text.includes('\n') ? text.split('\n') : [text]) {
      this.#texts.push(part);
      this.#lines.push(origin);
    }
  }

  /** Continues the last line. */
  append(text: string): void {
    this.#texts.push(`${this.#texts.pop() ?? ''}${text}`);
  }

  /** The new text; the source itself if the count is 0. */
  finish(what: string, count: number): SourceText {
    if (count === 0) return this.#source;
    return {
      text: this.#texts.join('\n'),
      lines: this.#lines,
      undone: [...this.#source.undone, { what, count }],
    };
  }
}
