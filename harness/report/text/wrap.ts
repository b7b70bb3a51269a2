/**
 * Wraps words into lines of at most `width`; lines after the first are indented by two blanks. A longer word gets its own
 * line, or is broken if it must fit.
 */
export function wrapWords(text: string, width: number, { breakWords = false } = {}): string[] {
  const lines: string[] = [];
  const words = text.split(' ').flatMap(word => (breakWords ? pieces(word, width - indent.length) : [word]));
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(line === undefined ? word : `${indent}${word}`);
  }
  return lines;
}

const indent = '  ';

function pieces(word: string, width: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < word.length; start += width) parts.push(word.slice(start, start + width));
  return parts.length === 0 ? [word] : parts;
}
