import { escapeText } from '../../escape.ts';

/** Text as it can stand in a page; control characters are made visible. */
export function html(text: string): string {
  return escapeText(text, { length: 20_000, multiline: true })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
