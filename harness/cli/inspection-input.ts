import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError, UsageError } from '../errors.ts';
import { openRegularFile } from '../files/regular-file.ts';
import { inspectionLimit } from '../measurement/inspection.ts';
import { isCounterName } from '../measurement/module-stats/kernel-counter.ts';
import { decodeBytes } from '../measurement/text/encoding.ts';
import { type SourceText, sourceText } from '../measurement/text/source-text.ts';
import { refuseBinary } from './binary-form.ts';
import type { CommandContext } from './context.ts';
import { decompress, tooLarge } from './decompression.ts';

/** A text to inspect, not read yet, so that only one text is in memory at a time. */
export interface InspectionInput {
  /** The name as given; for a file in a folder, prefixed with the path of the folder. */
  name: string;
  /** Whether it was found in a folder rather than named, and so need not be an inspectable text. */
  isFound: boolean;
  /** @throws UsageError INSPECT_UNREADABLE, INSPECT_TOO_LARGE */
  read: () => Promise<SourceText>;
}

/** Maximum number of files in one folder. */
export const folderLimit = 256;

/** The earlier of a trial's two readings, which sorting by name would put last. */
const earlierReading = 'stats-before.txt';

/**
 * The texts for the arguments of `inspect`: a file, `-` for standard input, or a folder, which means its regular files by
 * name; subfolders are not followed. The counter files of /sys/kernel/debug/modules are one text, and are skipped if there
 * is `stats`, which has the same counters.
 * @throws UsageError INSPECT_UNREADABLE, INSPECT_TOO_LARGE if a folder holds more than `folderLimit` files
 */
export async function listInputs(
  sources: readonly string[],
  context: CommandContext,
): Promise<InspectionInput[]> {
  const inputs: InspectionInput[] = [];
  for (const source of sources) {
    if (source !== '-' && (await isFolder(source))) inputs.push(...(await listFolder(source, context)));
    else inputs.push({ name: source, isFound: false, read: () => readSource(source, context) });
  }
  return inputs;
}

async function isFolder(path: string): Promise<boolean> {
  return await guarded(path, async () => (await stat(path)).isDirectory());
}

async function listFolder(folder: string, context: CommandContext): Promise<InspectionInput[]> {
  const entries: Dirent[] = await guarded(folder, () => readdir(folder, { withFileTypes: true }));
  // Subfolders are not followed, but reported. A link counts as its target, unless that is a folder.
  const names = entries.map(({ name }) => name);
  if (names.length > folderLimit) {
    throw new UsageError(
      'INSPECT_TOO_LARGE',
      `${folder} holds ${names.length} files, more than ${folderLimit}`,
      {
        hint: 'Name the files to inspect instead.',
      },
    );
  }
  const key = (name: string) => (name === earlierReading ? 'stats-' : name);
  names.sort((one, other) => (key(one) < key(other) ? -1 : 1));
  const counters = names.filter(isCounterName);
  const inputs: InspectionInput[] = names
    .filter(name => !isCounterName(name))
    .map(name => join(folder, name))
    .map(path => ({ name: path, isFound: true, read: () => readSource(path, context) }));
  if (counters.length === 0 || names.includes('stats')) return inputs;
  const read = () => readCounters(folder, counters, context);
  return [{ name: `${folder} (counter files)`, isFound: true, read }, ...inputs];
}

/** The counter files as `grep . *` prints them. */
async function readCounters(
  folder: string,
  names: readonly string[],
  context: CommandContext,
): Promise<SourceText> {
  const lines: string[] = [];
  for (const name of names) {
    const { text } = await readSource(join(folder, name), context);
    lines.push(`${name}:${text.trim().slice(0, counterLength)}\n`);
  }
  return sourceText(lines.join(''));
}

/** A counter has at most 20 digits. Anything longer is not a counter, and stays recognisable as such. */
const counterLength = 64;

/** The text of a file, decompressed and decoded; `-` is standard input. @throws UsageError INSPECT_UNREADABLE, INSPECT_TOO_LARGE */
export async function readSource(source: string, context: CommandContext): Promise<SourceText> {
  if (source === '-') return await readStream(process.stdin, 'standard input', context);
  return await guarded(source, async () => {
    // As a stream, because the limit must also hold for debugfs and pipes, which have no size.
    const file = await openRegularFile(source);
    return await readStream(file.createReadStream(), source, context);
  });
}

/** Turns a system error about a path into a usage error. */
async function guarded<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    const isIrregular = error instanceof HarnessError && error.code === 'FILE_IRREGULAR';
    if (error instanceof HarnessError && !isIrregular) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('INSPECT_UNREADABLE', isIrregular ? reason : `cannot read ${path}: ${reason}`, {
      hint: 'Give a file that you may read, or - for standard input; /sys/kernel/debug needs root.',
      cause: error,
    });
  }
}

async function readStream(
  stream: AsyncIterable<unknown>,
  name: string,
  { signal }: CommandContext,
): Promise<SourceText> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    signal.throwIfAborted();
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > inspectionLimit) throw tooLarge(name);
    chunks.push(bytes);
  }
  const content = await decompress(Buffer.concat(chunks, length), name, signal);
  refuseBinary(content, name);
  return decodeBytes(content);
}
