import type { Conclusion } from './conclusion.ts';
import type { Purpose } from './observation.ts';

/** A source to build or boot. */
export interface Target {
  /** Hash of the commit. */
  commit: string;
  /** Hash of a commit that is reverted on top of it. */
  without?: string;
  purpose: Purpose;
}

/** A source to boot in one of the cells. */
export interface BootTarget extends Target {
  /** Number of the cell; left out for the first one, which is the only one of most searches. */
  cell?: number;
}

/** A step of a search that needs a kernel. */
export type Task =
  /** Build the source for all cells; with `anew` from scratch, ignoring earlier builds. */
  ({ kind: 'build'; anew: boolean } & Target) | ({ kind: 'boot' } & BootTarget);

/** A source in a cell, the first one not named. */
export function inCell(target: Target, cell: number): BootTarget {
  return cell === 0 ? target : { ...target, cell };
}

/** The next thing to do in a search. */
export type Action = Task | { kind: 'conclude'; conclusion: Conclusion };
