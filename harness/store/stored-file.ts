import type { z } from 'zod';
import { InfrastructureError } from '../errors.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { digestOf } from '../files/digest.ts';
import { readJsonFile } from '../files/json-file.ts';
import { firstFault } from './schema.ts';

/** What a kind of file holds, in the one version that this modstorm writes and reads. */
export interface FileFormat<Content extends { version: number }> {
  version: Content['version'];
  schema: z.ZodType<Content>;
  /** Whether the file carries a checksum of its content: one that nobody edits by hand, and that others rest on. */
  checked?: true;
  /** What to do when a file of this kind is damaged, as a full sentence. */
  remedy: string;
}

/**
 * Reads a file of a format; members that the format does not have are left out.
 * @throws InfrastructureError FILE_MISSING, FILE_VERSION; FILE_DAMAGED naming the file and the member that is wrong
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

/** The error for a file whose content is wrong. */
export function damagedFile(path: string, fault: string, remedy: string): InfrastructureError {
  return new InfrastructureError('FILE_DAMAGED', `${path}: ${fault}`, { hint: remedy });
}

/**
 * Writes a file of a format whole or not at all.
 * @param format turns the content into text; JSON with an indent of 2 if left out
 * @throws Error when the content is not what the format says: a defect of the caller, found before anything is written
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
