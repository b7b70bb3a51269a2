/**
 * Foreign text in Markdown of GitHub and GitLab, without markup, mentions, references and links.
 * @module
 */
import { escapeText } from '../../escape.ts';

/** In a code span, where nothing is markup. In a table only a `|` would end it; GFM unescapes `\|` even in code. */
export function code(text: string, length = 200): string {
  const shown = escapeText(text, { length }).replaceAll('|', '\\|').trim();
  if (shown === '') return '';
  const runs = [...shown.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(0, ...runs) + 1);
  const pad = runs.length > 0 ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** As prose: escapes every character that may begin markup; the comment prevents `@name` and `#1` from becoming links. */
export function prose(text: string, length = 1000): string {
  return escapeText(text, { length })
    .replaceAll(/[\\`*_{}[\]()<>|~&!]|:(?=\/\/)/g, '\\$&')
    .replaceAll(/[@#]/g, '$&<!-- -->');
}

/** A table of cells in Markdown. The first column is aligned left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)];
}

/** A folded section; the summary is HTML. */
export function details(summary: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}

/** As HTML inside Markdown, where code spans are not interpreted. */
export function html(text: string, length = 200): string {
  return [...escapeText(text, { length })]
    .map(character => (/[A-Za-z0-9 =+.,-]/.test(character) ? character : `&#${character.codePointAt(0)};`))
    .join('');
}

/** Literal lines, in a fence longer than any that they contain. */
export function fenced(lines: readonly string[]): string[] {
  const text = lines.map(line => escapeText(line, { length: 500 }));
  const runs = text.flatMap(line => [...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(2, ...runs) + 1);
  return [fence, ...text, fence];
}

/** Blocks separated by empty lines. If not all fit in `room` bytes, the first ones that fit, and the number of missing ones. */
export function joinBlocks(
  blocks: readonly (readonly string[])[],
  room: number = Number.POSITIVE_INFINITY,
): string {
  const texts = blocks.filter(block => block.length > 0).map(block => `${block.join('\n')}\n`);
  const cut = (missing: number) => `\n*${missing} of ${texts.length} parts are left out here.*\n`;
  let result = '';
  let size = 0;
  for (const [index, text] of texts.entries()) {
    const part = result === '' ? text : `\n${text}`;
    size += Buffer.byteLength(part);
    const last = index === texts.length - 1;
    if (size + (last ? 0 : cut(texts.length).length) > room) return result + cut(texts.length - index);
    result += part;
  }
  return result;
}
