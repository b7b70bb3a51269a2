import { escapeMarkup, escapeText } from '../../escape.ts';

/** Text as it can stand in a page; control characters are made visible. */
export function html(text: string): string {
  return escapeMarkup(escapeText(text, { length: 20_000, multiline: true })).replaceAll('"', '&quot;');
}
