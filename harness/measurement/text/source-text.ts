/** Something that was undone to a text before it was read, and how often. */
export interface Undone {
  /** For people: `quoted-printable`, `HTML`, `colours`. */
  what: string;
  count: number;
}

/** A text on its way back from what was posted to what the kernel printed. */
export interface SourceText {
  text: string;
  /**
   * For each line of `text` the 1-based line of the text that was given, so that findings name the line which people
   * see; undefined as long as no line was split or joined.
   */
  lines?: readonly number[] | undefined;
  undone: readonly Undone[];
}

/** One step back: gives its argument itself when there is nothing to undo. Never throws. */
export type UndoingStep = (source: SourceText) => SourceText;

/** A text as it was given. */
export function sourceText(text: string): SourceText {
  return { text, undone: [] };
}

/** The source with another text of the same lines; itself when nothing was counted. */
export function withText(source: SourceText, text: string, what: string, count: number): SourceText {
  return count === 0 ? source : { ...source, text, undone: [...source.undone, { what, count }] };
}

/** The line of the text that was given for a 1-based line of this one. */
export function originalLine({ lines }: SourceText, line: number): number {
  return lines?.[line - 1] ?? line;
}

/** Builds the text of a step that splits, joins or drops lines, and remembers where each came from. */
export class LineWriter {
  readonly #source: SourceText;
  readonly #texts: string[] = [];
  readonly #lines: number[] = [];

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Adds text that came from the 1-based line `line` of the source; its own newlines make lines of the same origin. */
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

  /** The new text; the source itself when nothing was counted. */
  finish(what: string, count: number): SourceText {
    if (count === 0) return this.#source;
    return {
      text: this.#texts.join('\n'),
      lines: this.#lines,
      undone: [...this.#source.undone, { what, count }],
    };
  }
}
