/**
 * Text of others in a page, and the parts that all pages are made of. A page stays well-formed XML, so that a parser can
 * prove that nothing of a text became markup.
 * @module
 */
import { escapeMarkup, escapeText } from '../../escape.ts';

/** Text as it can stand in a page, also in a quoted attribute; control characters are made visible, a tab is blanks. */
export function html(text: string, length = 20_000): string {
  const shown = escapeText(text, { length, multiline: true }).replaceAll(/[\ufffe\uffff]/g, '\ufffd');
  return escapeMarkup(shown.replaceAll('\t', '    ')).replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** A part of a page with its heading; nothing where there is nothing to show. */
export function section(heading: string, parts: readonly string[]): string {
  if (parts.length === 0) return '';
  return `<section><h2>${html(heading)}</h2>\n${parts.join('\n')}\n</section>`;
}

/** Which colour is which side, for legends. */
export const sideKey = '<span class="key base"></span>base<span class="key new"></span>new';

/** The head of a column of words. */
export function wordHead(text: string): string {
  return `<th scope="col" class="text">${html(text)}</th>`;
}

/** What is closed until the reader opens it; summary and body are markup. Printed in full. */
export function fold(summary: string, body: string, { open = false } = {}): string {
  return `<details${open ? ' open="open"' : ''}><summary>${summary}</summary>\n${body}\n</details>`;
}

/**
 * A table with numbers. The first cell of each row is its heading; heads and cells are
 * markup, or whole elements of it.
 * @param name what the table shows, for those who hear the page
 */
export function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map(text => (text.startsWith('<th') ? text : `<th scope="col">${text}</th>`)).join('');
  const lines = rows.map(([first = '', ...others]) => {
    const cells = others.map(cell => (cell.startsWith('<td') ? cell : `<td>${cell}</td>`)).join('');
    return `<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return scrolled(
    name,
    `<table><thead><tr>${head}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table>`,
  );
}

/** What may be wider than the page: it scrolls inside itself, also by the keyboard. */
export function scrolled(name: string, content: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${html(name)}">${content}</div>`;
}

/** Names and values; both are text. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  return `<dl>${pairs.map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`).join('\n')}</dl>`;
}
