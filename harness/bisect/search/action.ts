import type { Conclusion } from './conclusion.ts';
import type { Purpose } from './observation.ts';

/** A source to build or boot. */
export interface Target {
  /** Hash of the commit. */
  commit: string;
  /** Hash of a commit that is reverted on it. */
  without?: string;
  purpose: Purpose;
}

/** A source to boot in one of the cells. */
export interface BootTarget extends Target {
  /** Number of the cell; left out for the first one, which is the only one of most searches. */
  cell?: number;
}

/** What is done for a search. */
export type Task =
  /** Build the source for all cells; `anew` forbids to use what was built of it before. */
  ({ kind: 'build'; anew: boolean } & Target) | ({ kind: 'boot' } & BootTarget);

/** A source in a cell, the first one not named. */
export function inCell(target: Target, cell: number): BootTarget {
  return cell === 0 ? target : { ...target, cell };
}

/** What a search wants next. */
export type Action = Task | { kind: 'conclude'; conclusion: Conclusion };
