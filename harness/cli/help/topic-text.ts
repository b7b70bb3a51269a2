import { fitLines } from '../../report/text/fit-lines.ts';
import { rowTable } from '../../report/text/row-table.ts';
import { wrapWords } from '../../report/text/wrap.ts';
import { type Block, terminalInline } from './markdown.ts';

/** Maximum length of prose lines, regardless of the width of the terminal. */
const widest = 100;

/** The blocks of a topic as plain text that fits `columns`. */
export function topicText(blocks: readonly Block[], columns = widest): string {
  const width = Math.min(columns, widest);
  const parts = blocks.map(block => ({ block, lines: linesOf(block, width) }));
  let text = '';
  for (const [index, { block, lines }] of parts.entries()) {
    const joined = block.kind === 'item' && parts[index - 1]?.block.kind === 'item';
    text += `${index === 0 || joined ? '' : '\n'}${lines.join('\n')}\n`;
  }
  return text;
}

function linesOf(block: Block, width: number): string[] {
  switch (block.kind) {
    case 'heading': {
      const text = terminalInline(block.text);
      return fitLines([block.level === 1 ? text.toUpperCase() : text], width);
    }
    case 'paragraph':
      return wrapped(terminalInline(block.text), width);
    case 'item':
      return wrapWords(`${block.mark} ${terminalInline(block.text)}`, width, { breakWords: true });
    case 'code':
      return block.lines.map(line => `    ${line}`.trimEnd());
    case 'table':
      return tableLines(block, width);
  }
}

function wrapped(text: string, width: number): string[] {
  return wrapWords(text, width, { breakWords: true }).map(line => line.trimStart());
}

/** A table if it fits, else one block per row. */
function tableLines({ head, rows }: Block & { kind: 'table' }, width: number): string[] {
  const [first = '', ...others] = head.map(terminalInline);
  const { lines } = rowTable(
    first,
    others.map(text => ({ head: [text], align: 'left' })),
    rows.map(([label = '', ...values]) => ({
      label: terminalInline(label),
      values: values.map(terminalInline),
    })),
    width,
  );
  return fitLines(lines, width);
}
