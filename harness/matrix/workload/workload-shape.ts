import { z } from 'zod';
import { workloadDesigns } from './workload-design.ts';

const scalar = z.union([z.string().max(4096), z.number(), z.boolean()], {
  error: 'this must be text, a number, or true or false',
});
const sentence = z.string().trim().min(1, { error: 'this must not be empty' }).max(2000);
/** The agent reads one word per line. */
const word = z
  .string()
  .max(4096)
  .regex(/^[^\n\0]*$/, {
    error: 'a word must not contain a line break; use >- instead of | to fold it into one line',
  });
const words = z.array(word.min(1, { error: 'this must not be empty' })).max(256);

/** The names of parameters, metrics and workloads: safe in a file name, a filter and a table. */
export const plainName = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/;

const parameter = z.strictObject({
  type: z.enum(['string', 'integer', 'duration', 'size', 'boolean', 'choice']),
  default: scalar,
  minimum: scalar.optional(),
  maximum: scalar.optional(),
  choices: words.optional(),
  pattern: z.string().max(500).optional(),
  description: sentence.optional(),
});

const runItem = z.union(
  [word, z.strictObject({ if: z.string(), add: words.default([]), otherwise: words.default([]) })],
  { error: 'this must be one word, or a map { if: PARAMETER, add: [words], otherwise: [words] }' },
);

const metric = z.strictObject({
  unit: z.enum(['count', 'bytes', 'ns', 'per_second']).default('count'),
  class: z.enum(['deterministic', 'count', 'time']).optional(),
  // Which direction is worse cannot be guessed: a gate would fail runs for it.
  worse: z.enum(['higher', 'lower', 'none']),
  description: sentence.optional(),
});

const design = z.enum(workloadDesigns);

const name = z.string().regex(plainName, { error: 'a name consists of letters, digits, and _ . + -' });

/** A workload's file, as written. */
export const workloadShape = z.strictObject({
  version: z.int().min(1).max(1_000_000).default(1),
  description: sentence.optional(),
  design: z
    .union([design, z.strictObject({ parameter: z.string(), values: z.record(z.string(), design) })], {
      error:
        'this must be fixed-work or fixed-time, or a map { parameter: NAME, values: { VALUE: fixed-work } } with every value',
    })
    .optional(),
  parameters: z.record(name, parameter).default({}),
  image: z.strictObject({ programs: words.default([]), modules: words.default([]) }).prefault({}),
  preload: z
    .strictObject({ dependencies: z.boolean().default(true), modules: words.default([]) })
    .prefault({}),
  fragments: words.default([]),
  run: z.array(runItem).min(1, { error: 'this must have at least the program' }).max(256),
  compressions: z
    .strictObject({
      allowed: z
        .array(z.enum(['none', 'gzip', 'xz', 'zstd']))
        .min(1, { error: 'at least one must be allowed' }),
      otherwise: sentence,
    })
    .optional(),
  deadline: z
    .strictObject({ parameter: z.string().optional(), extra: z.string().default('60s') })
    .prefault({}),
  expected: z.strictObject({ base: z.string(), per_vcpu: z.string().default('0s') }).optional(),
  samples: z.string().optional(),
  results: z
    .array(
      z.strictObject({
        file: z.string().regex(/^\/[^\0]+$/, { error: 'this must be an absolute path in the guest' }),
        format: z.enum(['stress-ng', 'metrics', 'text']),
      }),
    )
    .max(32)
    .default([]),
  metrics: z.record(name, metric).default({}),
  succeeded: z.string().optional(),
  loads_fail: z
    .union([z.boolean(), z.string()], {
      error: 'this must be true, false, or the name of a boolean parameter',
    })
    .optional(),
});

/** The checked shape, before its meaning is checked. */
export type WorkloadShape = z.output<typeof workloadShape>;
