import { escapeText } from '../../escape.ts';
import { type FoldedCaller, rankTotals } from '../folded.ts';

const mostCallers = 12;
/** Number of functions shown per chain. The outer ones are the same for all system calls. */
const mostFrames = 3;
const widest = 120;
const title = 'requested again by:     ';

/** The callers of duplicate requests over all cells, one line per chain; empty without stacks. */
export function callerLines(cells: readonly (readonly FoldedCaller[])[]): string[] {
  const lines = rankTotals(cells.flat(), callText).map(({ item, total }) => `${total} ${callText(item)}`);
  const rest = lines.length - mostCallers;
  const shown = rest > 0 ? [...lines.slice(0, mostCallers), `and ${rest} more`] : lines;
  return shown.map((line, index) =>
    escapeText(`${index === 0 ? title : ' '.repeat(title.length)}${line}`, { length: widest }),
  );
}

function callText({ name, chain }: FoldedCaller): string {
  const shown = chain.slice(0, mostFrames).map(frame => escapeText(frame, { length: 60 }));
  return `${escapeText(name, { length: 40 })} by ${shown.join(' < ') || 'unknown'}`;
}
