/** How much of a hostile text is shown. */
export interface EscapeLimits {
  /** Most characters of the result, the mark of the cut included; default: 2000. */
  length?: number;
  /** Newlines and tabs stay as they are; otherwise they become `\n` and `\t`. */
  multiline?: boolean;
}

const defaultLength = 2000;

/**
 * A text that came from a guest, a kernel build or a file, made safe for a terminal: escape sequences, control
 * characters, bidirectional overrides, line separators and lone surrogates become visible (`\x1b`, `\u202e`).
 * A backslash stays one: the result is for eyes, not for parsing. What is too long is cut and ends in `…`.
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

/** The last `count` lines of a hostile text, each escaped and at most `length` characters (default: 200). */
export function escapeTail(lines: readonly string[], count: number, length = 200): string[] {
  return lines.slice(-count).map(line => escapeText(line, { length }));
}

function escapeCharacter(character: string, multiline: boolean): string {
  // biome-ignore lint/style/noNonNullAssertion: a character has one
  const code = character.codePointAt(0)!;
  if (code === 0x0a) return multiline ? character : '\\n';
  if (code === 0x09) return multiline ? character : '\\t';
  if (code === 0x0d) return '\\r';
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return `\\x${code.toString(16).padStart(2, '0')}`;
  return isInvisible(code) ? `\\u${code.toString(16).padStart(4, '0')}` : character;
}

/** Characters that reorder, hide or break a line: U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F … */
function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe007f)
  );
}

/** Cuts without splitting a surrogate pair. */
function trimTo(text: string, length: number): string {
  const end = Math.max(0, length);
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
