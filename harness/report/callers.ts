import { escapeText } from '../escape.ts';
import type { DuplicateRequestCaller } from '../measurement/kernel-log/duplicate-requests.ts';

/** Duplicate requests for one name by one call chain, summed over the boots of a cell that passed. */
export interface FoldedCaller {
  /** The requested name. */
  name: string;
  /** `run_request [test_kmod]`; hostile text, as is the chain: escape it. */
  caller: string;
  /** From the caller outward. */
  chain: string[];
  total: number;
  boots: number;
}

const mostCallers = 12;
/** Functions of a chain that are shown; further out it is the same for all system calls. */
const mostFrames = 3;
const widest = 120;
const title = 'asked again by:         ';

/** Callers of several boots as one list, most frequent first. */
export function foldCallers(boots: readonly (readonly DuplicateRequestCaller[])[]): FoldedCaller[] {
  const folded = new Map<string, FoldedCaller>();
  for (const boot of boots) {
    for (const { name, caller, chain, count } of boot) {
      const key = JSON.stringify([name, chain]);
      const known = folded.get(key) ?? { name, caller, chain, total: 0, boots: 0 };
      known.total += count;
      known.boots++;
      folded.set(key, known);
    }
  }
  return [...folded.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
}

/** Who asked for modules that were asked for already, over all cells; a line for each chain, none without stacks. */
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
