import { type SourceText, withText } from './source-text.ts';

const spaces = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
/** What mail programs and blogs make of straight quotes and hyphens. */
const typographic = /[\u2018\u2019\u201c\u201d\u2010-\u2013\u2212]/g;

/** Spaces that do not break, characters without width, curly quotes and dashes: ASCII again, as the kernel prints. */
export function undoTypography(source: SourceText): SourceText {
  let count = 0;
  const counted = (replacement: string) => () => {
    count++;
    return replacement;
  };
  const text = source.text
    .replace(spaces, counted(' '))
    .replace(invisible, counted(''))
    .replace(typographic, character => {
      count++;
      if (character === '\u2018' || character === '\u2019') return "'";
      return character === '\u201c' || character === '\u201d' ? '"' : '-';
    });
  return withText(source, text, 'spaces and quotes of typography', count);
}
