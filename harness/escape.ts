/** How to show a hostile text. */
export interface EscapeLimits {
  /** Maximum length of the result in characters, including the `…` of a cut. Default: 2000. */
  length?: number;
  /** Keep newlines and tabs. Default: show them as `\n` and `\t`. */
  multiline?: boolean;
}

const defaultLength = 2000;

/**
 * Makes a text from a guest, a kernel build or a file safe for a terminal: escape sequences, control
 * characters, bidirectional overrides, line separators and lone surrogates become visible (`\x1b`, `\u202e`).
 * Backslashes are not doubled: the result is for reading, not for parsing. A longer text is cut and ends in `…`.
 */
export function escapeText(text: string, limits: EscapeLimits = {}): string {
  const length = limits.length ?? defaultLength;
  let result = '';
  for (const character of text) {
    const shown = escapeCharacter(character, limits.multiline === true);
    if (result.length + shown.length > length) return `${trimTo(result, length - 1)}…`;
    result += shown;
  }
  return result;
}

/**
 * Everything that modstorm prints or writes into a report goes through this, whatever else was done to its parts: what a
 * terminal would obey becomes `\uXXXX`. In a JSON document that is the same text, for there it can only be in a string.
 */
export function escapeOutput(text: string): string {
  let shown = '';
  let copied = 0;
  for (let place = 0; place < text.length; ) {
    const code = text.codePointAt(place) ?? 0;
    const end = place + (code > 0xffff ? 2 : 1);
    if (isObeyed(code)) {
      shown += text.slice(copied, place);
      for (let unit = place; unit < end; unit++)
        shown += `\\u${text.charCodeAt(unit).toString(16).padStart(4, '0')}`;
      copied = end;
    }
    place = end;
  }
  return copied === 0 ? text : shown + text.slice(copied);
}

function isObeyed(code: number): boolean {
  if (code === 0x0a || code === 0x09) return false;
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || isInvisible(code);
}

/** Text escaped for use between the tags of XML or HTML. In a quoted attribute, quotes must be replaced as well. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The last `count` lines of a hostile text, each escaped and at most `length` characters (default: 200). */
export function escapeTail(lines: readonly string[], count: number, length = 200): string[] {
  return lines.slice(-count).map(line => escapeText(line, { length }));
}

function escapeCharacter(character: string, multiline: boolean): string {
  // biome-ignore lint/style/noNonNullAssertion: every character has a code point
  const code = character.codePointAt(0)!;
  if (code === 0x0a) return multiline ? character : '\\n';
  if (code === 0x09) return multiline ? character : '\\t';
  if (code === 0x0d) return '\\r';
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return `\\x${code.toString(16).padStart(2, '0')}`;
  return isInvisible(code) ? `\\u${code.toString(16).padStart(4, '0')}` : character;
}

/** Format characters, lone surrogates, line and paragraph separators: what reorders, hides or breaks a line. */
const invisible = /^[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]$/u;

function isInvisible(code: number): boolean {
  return code > 0x7f && invisible.test(String.fromCodePoint(code));
}

/** Cuts without splitting a surrogate pair. */
function trimTo(text: string, length: number): string {
  const end = Math.max(0, length);
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
