import { wrapWords } from './wrap.ts';

/** Deeper indents leave a narrow terminal no room for words. */
const deepestIndent = 8;

/**
 * Lines of which none is wider than `width`: lines of a console are cut, commands go on behind a backslash, everything else is
 * broken between words.
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
