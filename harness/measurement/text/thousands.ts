import { type SourceText, withText } from './source-text.ts';

/** Numbers of a kernel's log that look grouped are addresses and versions: only texts with counters are looked at. */
const counterWords =
  /\b(?:Mods (?:ever|failed)|Virtual mem|Total mod|Average mod|Failed (?:kread|decompress|becoming|kmod)|invalid_\w{1,16}_bytes|total_\w{1,8}_size)\b/i;
/** Two groups of three: one alone may be a second column, or decimals. */
const certain = /[A-Za-z)"'*][\s:|=,;]{1,64}\d{1,3}([ .])\d{3}\1\d{3}(?!\S{0,20}[A-Za-z\d])/;
const grouped =
  /(?<=[A-Za-z)"'*][\s:|=,;]{1,64})\d{1,3}(?:[ .]\d{3}){1,6}(?![.\w])(?=\s{0,64}(?:[|,;"'*(]|[a-zA-Z]{0,16}\s{0,64}$))/gm;

/**
 * Blanks and points between groups of three digits, as spreadsheets and people write large numbers. They are taken for
 * that where some number of the text has two of them: a single one is also what stands between two columns.
 */
export function undoThousands(source: SourceText): SourceText {
  if (!counterWords.test(source.text)) return source;
  const mark = certain.exec(source.text)?.[1];
  if (mark === undefined) return source;
  let count = 0;
  const text = source.text.replace(grouped, digits => {
    if (!digits.includes(mark)) return digits;
    count++;
    return digits.replaceAll(mark, '');
  });
  return withText(source, text, 'separators of thousands', count);
}
