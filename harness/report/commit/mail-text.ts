/**
 * Text that goes through git commit, git format-patch, git am and scripts/checkpatch.pl unchanged: ASCII, no tabs, lines of at
 * most 72 columns that are indented by two, because `diff`, `---`, `Index:`, `#`, `From ` and `Key: value` have a special
 * meaning at column 0.
 * @module
 */
import { escapeText } from '../../escape.ts';
import { blockText } from '../text/blocks.ts';
import { wrapWords } from '../text/wrap.ts';

const indent = '  ';

/** Columns of a line after the indentation; one of the 72 is reserved for the mark of a line that needs one. */
export const mailWidth = 69;

/** What mail, git or checkpatch interpret at the start of a line, regardless of its indentation. */
const misread = /^(?:diff\b|---\s|\+\+\+|@@|index:|from\b|change-id:|[a-z-]+-by:|cc:|fixes:|\w+:\s*http|#)/i;

/** A reference to a commit, which checkpatch looks up in the tree. */
const reference = /\b(commit|fixes:)\s+(?=[0-9a-f]{5,40}\b)/gi;

/** Blocks of lines as the text of a commit message, one empty line between two blocks; empty blocks leave none. */
export function mailText(blocks: readonly (readonly string[])[]): string {
  return blockText(blocks.map(block => block.map(mailLine).filter(line => line !== '')));
}

function mailLine(line: string): string {
  const plain = line.replace(reference, '$1=').trimEnd();
  if (plain === '') return '';
  return `${indent}${misread.test(plain.trimStart()) ? `'${plain}` : plain}`;
}

/** Foreign text in printable ASCII, at most `length` characters, with runs of blanks collapsed; other characters become codes. */
export function plainText(text: string, length = 60): string {
  return asciiText(text.replace(/\s+/g, ' ').trim(), length);
}

/** Foreign text in printable ASCII, at most `length` characters, keeping all blanks. */
export function asciiText(text: string, length: number): string {
  const ascii = [...escapeText(text, { length: length * 2 })].map(asciiCharacter).join('');
  return ascii.length <= length ? ascii : `${ascii.slice(0, length - 2)}..`;
}

function asciiCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return character;
  return character === '\u2026' ? '..' : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A blank at which lines are not broken. */
export const unbroken = '\u00a0';

/** A sentence, wrapped to the line length. */
export function paragraph(text: string): string[] {
  return wrapWords(text, mailWidth, { breakWords: true }).map(line => line.replaceAll(unbroken, ' '));
}
