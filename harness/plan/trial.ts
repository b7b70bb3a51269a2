import type { Cell } from '../matrix/matrix.ts';

/** One boot of one cell: the unit of statistical independence. */
export interface Trial {
  /** `<cell id>-<repetition>`, e.g. `3fa94c02b7d1-007`. Stable for a given plan, and used as folder name. */
  id: string;
  cell: Cell;
  /** 1-based repetition of the cell; trials with the same number form one randomised block. */
  repetition: number;
  /** 0-based position in the planned order. */
  order: number;
}

/** The trials of a run, in the order in which they should start. */
export interface Plan {
  matrix: string;
  /** Seed of the block randomisation, an unsigned 32-bit number; recorded in plan.json. */
  seed: number;
  trials: Trial[];
  /** The cells of the trials in the order of the matrix, which tables use instead of the random order of the boots. */
  cells: Cell[];
  /** SHA-256 over cells, repetitions and seed. Shards and resumed runs must agree on it. */
  digest: string;
  /** Set if this is one of several shards: what the whole plan has. Only in a plan that was just made; run.json keeps it. */
  whole?: WholePlan;
}

/** The plan that a shard is a part of. */
export interface WholePlan {
  /** IDs of all cells, in the order of the matrix. */
  cells: string[];
  /** Number of pairs of cells that are compared, in all shards together. */
  pairs: number;
}
