/** Widths at which mail programs and terminals break lines. */
const widths = { least: 40, most: 100 } as const;
/** Maximum number of lines to examine. Nobody wraps a longer text. */
const probeLimit = 20_000;

/** A line, for the detection of wraps. */
export interface WrapLine {
  /** Without quote marks. */
  text: string;
  /** Whether it may have been broken off the previous line. */
  continues: boolean;
}

/**
 * Whether a line was broken before `next` at this width because the first word of `next` did not fit.
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
 * The width at which a text was wrapped: the one that explains most broken lines without any longer breakable line.
 * Undefined if there is none.
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
