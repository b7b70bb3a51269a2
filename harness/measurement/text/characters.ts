import { type SourceText, withText } from './source-text.ts';

/** A no-break space between groups of three digits. */
const thousands = /[\u00a0\u2007\u2009\u202f](?<=\d.)(?=\d{3}(?!\d))/g;
/** Full-width letters and digits, and ligatures. */
const compatible = /[\uff01-\uff5e\ufb00-\ufb06]+/g;
const spaces = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
/** What mail programs and blogs turn straight quotes and hyphens into. */
const typographic = /[\u2018\u2019\u201c\u201d\u2010-\u2013\u2212]/g;

/** Lines of tables that programs draw. */
const drawn = /[\u2502\u2503\u2551]/g;

/** Turns no-break spaces, zero-width characters, curly quotes, dashes and lines of tables back into the ASCII that the kernel prints. */
export function undoTypography(source: SourceText): SourceText {
  let count = 0;
  const counted = (replacement: string) => () => {
    count++;
    return replacement;
  };
  const text = source.text
    .replace(thousands, counted(''))
    .replace(compatible, characters => {
      count++;
      return characters.normalize('NFKC');
    })
    .replace(spaces, counted(' '))
    .replace(invisible, counted(''))
    .replace(drawn, counted('|'))
    .replace(typographic, character => {
      count++;
      if (character === '\u2018' || character === '\u2019') return "'";
      return character === '\u201c' || character === '\u201d' ? '"' : '-';
    });
  return withText(source, text, 'typographic spaces and quotes', count);
}
