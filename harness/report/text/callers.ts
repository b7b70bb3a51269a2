import { escapeText } from '../../escape.ts';
import type { FoldedCaller } from '../folded.ts';

const mostCallers = 12;
/** Number of functions shown per chain. The outer ones are the same for all system calls. */
const mostFrames = 3;
const widest = 120;
const title = 'requested again by:     ';

/** The callers of duplicate requests over all cells, one line per chain; empty without stacks. */
export function callerLines(cells: readonly (readonly FoldedCaller[])[]): string[] {
  const totals = new Map<string, { callers: string; total: number }>();
  for (const { name, chain, total } of cells.flat()) {
    const shown = chain.slice(0, mostFrames).map(frame => escapeText(frame, { length: 60 }));
    const callers = `${escapeText(name, { length: 40 })} by ${shown.join(' < ') || 'unknown'}`;
    const known = totals.get(callers);
    if (known) known.total += total;
    else totals.set(callers, { callers, total });
  }
  const lines = [...totals.values()]
    .sort((a, b) => b.total - a.total)
    .map(({ callers, total }) => `${total} ${callers}`);
  const rest = lines.length - mostCallers;
  const shown = rest > 0 ? [...lines.slice(0, mostCallers), `and ${rest} more`] : lines;
  return shown.map((line, index) =>
    escapeText(`${index === 0 ? title : ' '.repeat(title.length)}${line}`, { length: widest }),
  );
}
