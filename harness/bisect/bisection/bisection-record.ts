import { z } from 'zod';
import { readStored } from '../../store/sample.ts';
import { type FileFormat, readStoredFile, writeStoredFile } from '../../store/stored-file.ts';

const text = z.string().min(1);

/** What boots must have in common to be compared. */
const conditions = z.object({ cpuModel: text, qemu: text, accelerator: text });

/** Boots of an end from an earlier run. */
const earlierBoots = z.object({
  /** Name of the run. */
  run: text,
  /** Object digest of its kernel. */
  code: text,
  conditions,
  /** Values of the metric; integers beyond 2^53 as text. */
  values: z.array(z.union([z.number(), z.string()]).transform(readStored)),
});

const bisectionSchema = z.object({
  version: z.literal(1),
  /** Name of the folder. */
  run: text,
  /** ISO 8601 UTC. */
  startedAt: text,
  /** The arguments after `modstorm`. */
  command: z.array(z.string()),
  /** Path of the user's git tree. */
  tree: text,
  /** The ends as given by the user. */
  good: text,
  bad: text,
  /** The commit that is tested as the good end if the given one is not an ancestor of the bad one. */
  forkPoint: text.optional(),
  /** The terms for the ends, as in `git bisect terms`. */
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
  /** What boots must have in common; set at the first boot. */
  conditions: conditions.optional(),
  /** Boots of the ends, used if they were made under the same conditions. */
  earlier: z.object({ good: earlierBoots, bad: earlierBoots }).optional(),
});

export type EarlierBoots = z.infer<typeof earlierBoots>;
export type Conditions = z.infer<typeof conditions>;

/** The names of the conditions that differ between two hosts, whose boots must then not be compared. */
export function differences(one: Conditions, other: Conditions): string[] {
  return (Object.keys(one) as (keyof Conditions)[]).filter(name => one[name] !== other[name]);
}

/** bisection.json: what is bisected, and the conditions. */
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

/** Writes the record atomically. */
export function writeBisectionRecord(path: string, record: BisectionRecord): Promise<void> {
  return writeStoredFile(path, format, record);
}
