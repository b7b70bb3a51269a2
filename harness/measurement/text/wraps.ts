/** Widths at which mail programs and terminals break lines. */
const widths = { least: 40, most: 100 } as const;
/** Lines that are looked at; nobody wraps a longer text by hand. */
const probeLimit = 20_000;

/** A line as far as wraps are concerned. */
export interface WrapLine {
  /** Without quote marks. */
  text: string;
  /** It may be what was broken off the line before it. */
  continues: boolean;
}

/**
 * Whether a line was broken before `next` at this width: the first word of the next line did not fit any more.
 */
export function isWrapped(line: string, next: string, width: number | undefined): boolean {
  if (width === undefined || line.length > width || line.length < widths.least) return false;
  return line.length + 1 + firstWord(next).length > width;
}

function firstWord(line: string): string {
  const end = line.indexOf(' ');
  return end === -1 ? line : line.slice(0, end);
}

/**
 * The width at which a text was wrapped: the one that explains most broken lines while no line that could have been
 * broken is longer. Undefined if there is none.
 */
export function wrapWidth(lines: Iterable<WrapLine>): number | undefined {
  const breaks: Break[] = [];
  let longest: number = widths.least;
  let previous: string | undefined;
  let seen = 0;
  for (const { text, continues } of lines) {
    if (++seen > probeLimit) return undefined;
    if (text.length > longest && text.trim().includes(' ')) longest = text.length;
    if (longest > widths.most) return undefined;
    if (continues && previous !== undefined && previous.length >= widths.least) {
      breaks.push({ least: previous.length, most: previous.length + firstWord(text).length });
    }
    previous = text.trim() === '' ? undefined : text;
  }
  return bestWidth(breaks, longest);
}

/** The widths at which a line may have been broken. */
interface Break {
  least: number;
  most: number;
}

function bestWidth(breaks: readonly Break[], longest: number): number | undefined {
  let best: number | undefined;
  let explained = 0;
  for (let width = longest; width <= widths.most; width++) {
    const count = breaks.filter(({ least, most }) => least <= width && width <= most).length;
    if (count > explained) [best, explained] = [width, count];
  }
  return best;
}
