import { z } from 'zod';
import { readStored } from '../../store/sample.ts';
import { mostCells } from './options.ts';

const commit = z.string().min(1).max(200);
const seconds = z.number().min(0);
/** Id of the boot, and the name of its folder in trials/. */
const trial = z.string().max(100).optional();

/** The purpose of a build or a boot. */
const purpose = z.discriminatedUnion('stage', [
  z.strictObject({ stage: z.literal('ends') }),
  z.strictObject({ stage: z.literal('search') }),
  /** `bad` is suspected of introducing a change that none of `good` has. */
  z.strictObject({
    stage: z.literal('confirm'),
    attempt: z.int().min(1),
    bad: commit,
    good: z.array(commit).min(1),
  }),
  z.strictObject({ stage: z.literal('revert'), culprit: commit }),
]);

/** The source that is built: a commit, optionally with another one reverted on top. */
const source = { commit, without: commit.optional(), purpose };

/** Number of the cell in which it was booted; absent for the first one. */
const cell = z
  .int()
  .min(0)
  .max(mostCells - 1)
  .optional();

/** An attempt and its result: a line of the log of a bisection, from which everything is replayed. */
export const observationShape = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('built'),
    ...source,
    seconds,
    /** Content key of image and modules; equal keys are the same object code. */
    code: z.string().min(1).max(200).optional(),
  }),
  z.strictObject({
    type: z.literal('booted'),
    ...source,
    cell,
    seconds,
    trial,
    /** Integers beyond 2^53 are stored as text. */
    value: z.union([z.number(), z.string().regex(/^-?[0-9]{1,40}$/)]).transform(readStored),
  }),
  /** A boot without a value: it crashed or hung. */
  z.strictObject({
    type: z.literal('boot-failed'),
    ...source,
    cell,
    seconds,
    trial,
    title: z.string().max(2000),
  }),
  /** The source cannot be tested. */
  z.strictObject({
    type: z.literal('untestable'),
    ...source,
    seconds,
    cause: z.enum(['asked', 'build', 'boot', 'counters', 'conflict']),
    title: z.string().max(2000),
  }),
]);

export type Observation = z.infer<typeof observationShape>;
export type Purpose = z.infer<typeof purpose>;
