import type { z } from 'zod';
import { InfrastructureError } from '../errors.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { digestOf } from '../files/digest.ts';
import { readJsonFile } from '../files/json-file.ts';
import { firstFault } from './schema.ts';

/** The format of a kind of file, in the only version that this modstorm reads and writes. */
export interface FileFormat<Content extends { version: number }> {
  version: Content['version'];
  schema: z.ZodType<Content>;
  /** Whether the file carries a checksum of its content: one that nobody edits by hand, and that others rest on. */
  checked?: true;
  /** What to do if a file of this kind is damaged, as a full sentence. */
  remedy: string;
}

/**
 * Reads a file of a format. Members that the format does not have are ignored.
 * @throws InfrastructureError FILE_MISSING, FILE_VERSION; FILE_DAMAGED with the file and the invalid member
 */
export async function readStoredFile<Content extends { version: number }>(
  path: string,
  { version, schema, remedy, checked }: FileFormat<Content>,
): Promise<Content> {
  const { check, ...content } = await readJsonFile(path, version);
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw damagedFile(path, firstFault(parsed.error), remedy);
  // Absent in files of versions that wrote none.
  if (checked && check !== undefined && check !== digestOf(content))
    throw damagedFile(path, 'was changed: its checksum does not fit', remedy);
  return parsed.data;
}

/** The error for a file with invalid content. */
export function damagedFile(path: string, fault: string, remedy: string): InfrastructureError {
  return new InfrastructureError('FILE_DAMAGED', `${path}: ${fault}`, { hint: remedy });
}

/**
 * Writes a file of a format atomically.
 * @param format turns the content into text; default: JSON with an indent of 2
 * @throws Error if the content does not match the format: a bug of the caller, found before anything is written
 */
export async function writeStoredFile<Content extends { version: number }>(
  path: string,
  { schema, checked }: FileFormat<Content>,
  content: Content,
  format: (content: Content) => string = plainJson,
): Promise<void> {
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new Error(`${path} must not be written: ${firstFault(parsed.error)}`);
  const stored = checked ? { ...content, check: digestOf(content) } : content;
  await writeFileAtomically(path, format(stored));
}

function plainJson(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
