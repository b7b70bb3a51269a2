import { z } from 'zod';

/** Most cells of one search: each costs boots of both ends. */
export const mostCells = 4;

/** What a search is allowed and what it must reach; part of its state. */
export const searchOptionsShape = z.strictObject({
  /** Cells in which the commits are booted. */
  cells: z.int().min(1).max(mostCells).default(1),
  /** Which way the values of the bad end lie from those of the good end. */
  worse: z.enum(['higher', 'lower']),
  /** Of the order of interleaved boots; unsigned, 32 bits. */
  seed: z.int().min(0).max(0xffffffff),
  /** Most boots of one commit before it is confirmed, and of the whole search. */
  bootsPerCommit: z.int().min(1).default(60),
  boots: z.int().min(1).default(800),
  /** Probability of one commit from which on it is confirmed. */
  confidence: z.number().gt(0.5).lt(1).default(0.98),
  /** Goes on where the ends do not differ provably. */
  trustEnds: z.boolean().default(false),
  /** Whether the culprit is reverted on the bad end to see whether the metric comes back. */
  revert: z.boolean().default(true),
  /** Time that builds and boots may take, in seconds. */
  budgetSeconds: z.number().positive().optional(),
  /** What a build and a boot are taken to cost in seconds until some have been measured. */
  expectedSeconds: z
    .strictObject({ build: z.number().positive(), boot: z.number().positive() })
    .default({ build: 120, boot: 5 }),
});

export type SearchOptions = z.infer<typeof searchOptionsShape>;
