import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../files/make-folders.ts';
import type { KernelSource } from '../../matrix/matrix.ts';
import { mapOf, objectOf, oneOf, text, time } from '../../store/schema.ts';
import { type FileFormat, readStoredFile, writeStoredFile } from '../../store/stored-file.ts';

/** A kernel of a night: a source whose content no longer moves. */
export interface NightKernel {
  source: KernelSource;
  /** Equal identities are equal sources. */
  identity: string;
  /** For display: `Debian linux-source-6.12 6.12.95-1`. */
  origin: string;
}

/** The kernels that a night compares, for one kernel of its matrix. */
export interface NightSubject {
  /** Its name in the matrix. */
  kernel: string;
  /** What the source was when the night began. */
  tonight: NightKernel;
  /** The pinned kernel; absent if tonight's was just pinned. */
  base?: NightKernel;
  /** Name of the base in tables; that of the matrix if it declares one. */
  baseName: string;
  /** The last kernel that a night judged, if it is another one. */
  yesterday?: NightKernel;
}

/** A night that has begun: everything that its later steps need to go on in another process. */
export interface NightPlan {
  /** Its folder below that of the state: `20261127T030000Z`. */
  id: string;
  startedAt: string;
  /** The user's matrix, as read. */
  matrixText: string;
  /** Determines the order of the boots, and so tells the runs of this night from others. */
  seed: number;
  subjects: NightSubject[];
}

/** How a night ended. */
export type NightColour = 'quiet' | 'red' | 'unknown';

/** A night that is over. */
export interface FinishedNight {
  id: string;
  colour: NightColour;
  exitCode: number;
  /** The line that it left. */
  line: string;
  /** What was judged: equal for nights with one matrix, the same bases and the same kernels. */
  judged: string;
  /** Names of its runs. */
  runs: string[];
}

/** `<results>/nights/<matrix>/state.json`: what one night must know of the others, and what a killed one had begun. */
export interface NightState {
  version: 1;
  matrix: string;
  /** The pinned base of each kernel, and the text of its declaration, which must not have changed. */
  bases: Record<string, { declared: string; kernel: NightKernel }>;
  /** The last kernel that was judged. */
  last: Record<string, NightKernel>;
  /** The night that has begun and is not over. */
  current?: NightPlan;
  /** Its result once it is known, until it has been told to everyone. */
  result?: FinishedNight;
  /** Earlier nights, oldest first. */
  finished: FinishedNight[];
}

/** As many earlier nights are remembered. */
const remembered = 1000;

const source = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('debian'),
    package: text,
    suite: z.exactOptional(text),
    version: z.exactOptional(text),
    patches: z.exactOptional(z.array(text)),
  }),
  z.object({
    kind: z.literal('tree'),
    path: text,
    revision: text,
    patches: z.exactOptional(z.array(text)),
  }),
  z.object({ kind: z.literal('prebuilt'), image: text, modules: text }),
]) as z.ZodType<KernelSource>;
const kernel = objectOf<NightKernel>({ source, identity: text, origin: text });
const subject = objectOf<NightSubject>({
  kernel: text,
  tonight: kernel,
  base: z.exactOptional(kernel),
  baseName: text,
  yesterday: z.exactOptional(kernel),
});
const plan = objectOf<NightPlan>({
  id: z.string().regex(/^[0-9]{8}T[0-9]{6}Z$/),
  startedAt: time,
  matrixText: z.string(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  subjects: z.array(subject),
});
const finished = objectOf<FinishedNight>({
  id: text,
  colour: oneOf<NightColour>({ quiet: true, red: true, unknown: true }),
  exitCode: z.int().min(0).max(255),
  line: z.string(),
  judged: z.string(),
  runs: z.array(text),
});

const stateFormat: FileFormat<NightState> = {
  version: 1,
  schema: objectOf<NightState>({
    version: z.literal(1),
    matrix: text,
    bases: mapOf(objectOf<{ declared: string; kernel: NightKernel }>({ declared: text, kernel })),
    last: mapOf(kernel),
    current: z.exactOptional(plan),
    result: z.exactOptional(finished),
    finished: z.array(finished),
  }),
  checked: true,
  remedy:
    'Restore the file from its copy, or delete it: the next night then pins a new base. No run is lost.',
};

/** The folder of the nights of a matrix. */
export function nightsFolder(results: string, matrix: string): string {
  return join(results, 'nights', matrix);
}

/**
 * The state of the nights of a matrix; an empty one before the first.
 * @throws InfrastructureError FILE_DAMAGED, FILE_VERSION
 */
export async function readNightState(results: string, matrix: string): Promise<NightState> {
  const path = join(nightsFolder(results, matrix), 'state.json');
  if (existsSync(path)) return readStoredFile(path, stateFormat);
  return { version: 1, matrix, bases: {}, last: {}, finished: [] };
}

/** Writes the state atomically: a reader, or the next night after a power cut, sees the old or the new one. */
export async function writeNightState(results: string, state: NightState): Promise<void> {
  const folder = nightsFolder(results, state.matrix);
  await makeFolders(folder);
  const kept = { ...state, finished: state.finished.slice(-remembered) };
  await writeStoredFile(join(folder, 'state.json'), stateFormat, kept);
}
