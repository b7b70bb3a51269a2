import { escapeText } from '../escape.ts';
import type { Cell } from '../matrix/matrix.ts';

/** Of the column with the cells: more than three settings go on in the next line. */
const labelWidth = 48;

/** The rows of one cell in a table: its settings, over as many lines as they need, with the values beside the last. */
export function cellRows(cell: Cell, values: readonly string[]): string[][] {
  const label = wrapWords(escapeText(cell.label, { length: 400 }), labelWidth);
  const above = label.slice(0, -1).map(line => [line, ...values.map(() => '')]);
  return [...above, [label.at(-1)!, ...values]];
}

/** Words in lines of at most `width`, if no word is longer; lines after the first are indented. */
function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(line === undefined ? word : `  ${word}`);
  }
  return lines;
}
