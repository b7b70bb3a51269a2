import { z } from 'zod';
import { readStored } from '../../store/sample.ts';
import { type FileFormat, readStoredFile, writeStoredFile } from '../../store/stored-file.ts';

const text = z.string().min(1);

/** What boots must have in common to be compared. */
const conditions = z.object({ cpuModel: text, qemu: text, accelerator: text });

/** Boots of an end that an earlier run made. */
const earlierBoots = z.object({
  /** Name of the run. */
  run: text,
  /** Object digest of the kernel that it booted. */
  code: text,
  conditions,
  /** Values of the metric; whole numbers beyond 2^53 as text. */
  values: z.array(z.union([z.number(), z.string()]).transform(readStored)),
});

const bisectionSchema = z.object({
  version: z.literal(1),
  /** Name of the folder. */
  run: text,
  /** ISO 8601 UTC. */
  startedAt: text,
  /** The words of the command line after `modstorm`. */
  command: z.array(z.string()),
  /** Path of the user's git tree. */
  tree: text,
  /** The ends as they were named. */
  good: text,
  bad: text,
  /** The commit that is tested as the good end, where the named one is not an ancestor of the bad one. */
  forkPoint: text.optional(),
  /** What the ends are called, as `git bisect terms`. */
  terms: z.object({ good: text, bad: text }),
  firstParent: z.boolean(),
  paths: z.array(text),
  fixups: z.array(z.object({ path: text, text: z.string() })),
  matrixFile: text,
  matrixText: z.string(),
  /** Ids and labels of the cells that are booted. */
  cells: z.array(z.object({ id: text, label: text })).min(1),
  workload: text,
  metric: text,
  accelerator: z.enum(['auto', 'kvm', 'tcg']),
  /** Host cores given to guests. */
  jobs: z.int().min(1),
  /** What boots must have in common; known from the first boot on. */
  conditions: conditions.optional(),
  /** Boots of the ends, to be used where they were made alike. */
  earlier: z.object({ good: earlierBoots, bad: earlierBoots }).optional(),
});

export type EarlierBoots = z.infer<typeof earlierBoots>;
export type Conditions = z.infer<typeof conditions>;

/** The names of the conditions in which two hosts differ: their boots must not be compared. */
export function differences(one: Conditions, other: Conditions): string[] {
  return (Object.keys(one) as (keyof Conditions)[]).filter(name => one[name] !== other[name]);
}

/** bisection.json: what is bisected, and under what conditions. */
export type BisectionRecord = z.infer<typeof bisectionSchema>;

const format: FileFormat<BisectionRecord> = {
  version: 1,
  schema: bisectionSchema,
  remedy: 'Restore the file from its copy, or start a new bisection.',
};

/** @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
export function readBisectionRecord(path: string): Promise<BisectionRecord> {
  return readStoredFile(path, format);
}

/** Writes the record whole or not at all. */
export function writeBisectionRecord(path: string, record: BisectionRecord): Promise<void> {
  return writeStoredFile(path, format, record);
}
