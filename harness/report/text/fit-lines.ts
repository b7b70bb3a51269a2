import { wrapWords } from './wrap.ts';

/** Maximum indent, so that a narrow terminal has space for words. */
const deepestIndent = 8;

/**
 * Fits lines into `width`: console lines are truncated, commands are continued after a backslash, everything else is wrapped
 * between words.
 */
export function fitLines(lines: readonly string[], width: number): string[] {
  return lines.flatMap(line => (line.length <= width ? [line] : fitLine(line, width)));
}

function fitLine(line: string, width: number): string[] {
  if (/^\s*\| /.test(line)) return [`${line.slice(0, width - 1)}…`];
  const text = line.trimStart();
  const indent = ' '.repeat(Math.min(line.length - text.length, deepestIndent));
  const command = /^(?:again|next): /.test(text);
  const room = width - indent.length - (command ? 2 : 0);
  const parts = wrapWords(text, room, { breakWords: true });
  return parts.map((part, index) => `${indent}${part}${command && index < parts.length - 1 ? ' \\' : ''}`);
}
