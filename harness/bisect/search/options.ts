import { z } from 'zod';

/** Maximum number of cells of one search, since each costs boots of both ends. */
export const mostCells = 4;

/** The limits of a search, which may be changed when it is resumed: they decide when it ends, not what its boots mean. */
export const limitsShape = z.strictObject({
  type: z.literal('limits'),
  /** Maximum numbers of boots of one commit before its confirmation, and of the whole search. */
  bootsPerCommit: z.exactOptional(z.int().min(1)),
  boots: z.exactOptional(z.int().min(1)),
  /** Limit of the total time of builds and boots, in seconds. */
  budgetSeconds: z.exactOptional(z.number().positive()),
});

export type Limits = z.infer<typeof limitsShape>;

/** The limits and goals of a search; part of its state. */
export const searchOptionsShape = z.strictObject({
  /** Cells in which the commits are booted. */
  cells: z.int().min(1).max(mostCells).default(1),
  /** The direction in which the values of the bad end differ from those of the good end. */
  worse: z.enum(['higher', 'lower']),
  /** Seed for the order of interleaved boots; unsigned, 32 bits. */
  seed: z.int().min(0).max(0xffffffff),
  /** Maximum numbers of boots of one commit before its confirmation, and of the whole search. */
  bootsPerCommit: z.int().min(1).default(60),
  boots: z.int().min(1).default(800),
  /** The probability of a commit at which its confirmation starts. */
  confidence: z.number().gt(0.5).lt(1).default(0.98),
  /** Continue even if the ends do not provably differ. */
  trustEnds: z.boolean().default(false),
  /** Whether to revert the culprit on the bad end to see whether the metric recovers. */
  revert: z.boolean().default(true),
  /** Limit of the total time of builds and boots, in seconds. */
  budgetSeconds: z.number().positive().optional(),
  /** Assumed costs of a build and a boot in seconds until some have been measured. */
  expectedSeconds: z
    .strictObject({ build: z.number().positive(), boot: z.number().positive() })
    .default({ build: 120, boot: 5 }),
});

export type SearchOptions = z.infer<typeof searchOptionsShape>;
