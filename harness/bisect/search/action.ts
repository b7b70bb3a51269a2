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

/** What is done for a search. */
export type Task =
  /** Build the source; `anew` forbids to use what was built of it before. */
  ({ kind: 'build'; anew: boolean } & Target) | ({ kind: 'boot' } & Target);

/** What a search wants next. */
export type Action = Task | { kind: 'conclude'; conclusion: Conclusion };
