import { LineWriter, type SourceText } from './source-text.ts';

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '...',
  mdash: '--',
  ndash: '-',
  lsquo: "'",
  rsquo: "'",
  ldquo: '"',
  rdquo: '"',
  lbrack: '[',
  rbrack: ']',
  lsqb: '[',
  rsqb: ']',
  num: '#',
  colon: ':',
  equals: '=',
  lowbar: '_',
  plus: '+',
  sol: '/',
  bsol: '\\',
  tab: '\t',
  newline: '\n',
};
const entity = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g;
/** The elements found in pages with logs. `<TASK>`, `<IRQ>` and `<4>` are the kernel's own. */
const element =
  /<(\/?)(a|article|b|blockquote|body|br|button|center|cite|code|dd|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html|i|img|input|kbd|label|li|link|main|mark|meta|nav|ol|p|pre|q|s|samp|section|small|span|strong|sub|sup|svg|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|wbr)(?:[ \t\r\n][^<>]{0,2000})?\/?>/gi;
/** Elements that begin and end a line on the screen. */
const blocks =
  /^(?:article|blockquote|body|br|center|dd|div|dl|dt|footer|form|h[1-6]|head|header|hr|html|li|main|nav|ol|p|pre|section|table|tbody|tfoot|thead|title|tr|ul)$/i;
const unseen =
  /<(script|style)\b[^>]{0,2000}>[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)|<!doctype[^>]{0,500}>/gi;

/** Converts the source of a web page or an HTML mail to the text that it shows. */
export function undoHtml(source: SourceText): SourceText {
  const hasElements = /<(?:br|pre|p|div|td|tr|code|span|html|body|table)\b[^<>]{0,2000}>/i.test(source.text);
  const hasEntities = /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp);/.test(source.text);
  if (!hasElements && !hasEntities) return source;
  const writer = new LineWriter(source);
  let count = 0;
  const text = hasElements ? blank(source.text, () => count++) : source.text;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    let shown = line;
    if (hasElements) {
      shown = shown.replace(element, (_tag, closing: string, name: string) => {
        count++;
        if (/^t[dh]$/i.test(name)) return closing ? '\t' : '';
        return blocks.test(name) ? '\n' : '';
      });
      // `<br>` at the end of a line of the source is one line break, not two.
      shown = shown.replace(index === lines.length - 1 ? /^\n+/ : /^\n+|\n+$/g, '');
    }
    if (hasEntities) shown = unescapeEntities(shown, () => count++);
    writer.add(shown, index + 1);
  }
  return writer.finish('HTML', count);
}

/** Removes scripts, styles and comments but keeps their newlines, so that line numbers stay the same. */
function blank(text: string, counted: () => void): string {
  return text.replace(unseen, hidden => {
    counted();
    return '\n'.repeat(hidden.split('\n').length - 1);
  });
}

/** Decodes entities repeatedly: escaped pages escape `&` too, and pages that quote pages do so again. */
function unescapeEntities(text: string, counted: () => void): string {
  let result = text;
  for (let round = 0; round < 3 && result.includes('&'); round++) {
    const before = result;
    result = result.replace(entity, (whole, decimal?: string, hex?: string, name?: string) => {
      const character =
        name === undefined
          ? character32(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal))
          : named[name.toLowerCase()];
      if (character === undefined) return whole;
      counted();
      return character;
    });
    if (result === before) break;
  }
  return result;
}

function character32(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
