import { type SourceText, withText } from './source-text.ts';

/** Only texts with counters are examined, because grouped digits in a kernel log are addresses or versions. */
const counterWords =
  /\b(?:Mods (?:ever|failed)|Virtual mem|Total mod|Average mod|Failed (?:kread|decompress|becoming|kmod)|invalid_\w{1,16}_bytes|total_\w{1,8}_size)\b/i;
/** Two groups of three digits, because a single one may be a second column or decimals. */
const certain = /[A-Za-z)"'*][\s:|=,;]{1,64}\d{1,3}([ .])\d{3}\1\d{3}(?!\S{0,20}[A-Za-z\d])/;
const grouped =
  /(?<=[A-Za-z)"'*][\s:|=,;]{1,64})\d{1,3}(?:[ .]\d{3}){1,6}(?![.\w])(?=\s{0,64}(?:[|,;"'*(]|[a-zA-Z]{0,16}\s{0,64}$))/gm;

/**
 * Removes blanks and points between groups of three digits, as written by spreadsheets and people. Only if some number in
 * the text has two of them, because a single one may also separate two columns.
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
