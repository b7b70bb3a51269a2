import type { Cell } from '../matrix/matrix.ts';

/** One boot of one cell: the unit of statistical independence. */
export interface Trial {
  /** `<cell id>-<repetition>`, e.g. `3fa94c02b7d1-007`; stable for a given plan, used as folder name. */
  id: string;
  cell: Cell;
  /** 1-based repetition of the cell; trials of equal number form one randomised block. */
  repetition: number;
  /** 0-based place in the planned order. */
  order: number;
}

/** The trials of a run in the order in which they should start. */
export interface Plan {
  matrix: string;
  /** Seed of the block randomisation, an unsigned 32-bit number; recorded in plan.json. */
  seed: number;
  trials: Trial[];
  /** The cells of the trials in the order of the matrix: that of tables, where the random one of the boots says nothing. */
  cells: Cell[];
  /** SHA-256 over cells, repetitions and seed: shards and resumes must agree on it. */
  digest: string;
}
