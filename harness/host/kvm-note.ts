import { join } from 'node:path';
import { writeFileAtomically } from '../files/atomic.ts';
import { ignoreReadOnly } from '../files/entry-manifest.ts';
import { makeFolders } from '../files/make-folders.ts';

/** The result of the last test of KVM on this host, kept so that `doctor` can show it at once. */
export interface KvmNote {
  /** Whether a guest said hello under KVM. */
  usable: boolean;
  /** One sentence: the proof, or why not. */
  reason: string;
  /** ISO 8601 UTC. */
  at: string;
}

/** Name of the note in the cache. */
export const kvmNoteFile = 'kvm.json';

/** Stores a result in the cache. */
export async function writeKvmNote(cache: string, note: KvmNote): Promise<void> {
  try {
    await makeFolders(cache);
    await writeFileAtomically(join(cache, kvmNoteFile), `${JSON.stringify(note)}\n`);
  } catch (error) {
    // A cache of another user is read-only; the test is repeated next time.
    ignoreReadOnly(error);
  }
}

/** The stored result; undefined if there is none, or it is unreadable. */
export async function readKvmNote(
  cache: string,
  readText: (path: string) => Promise<string | undefined>,
): Promise<KvmNote | undefined> {
  const text = await readText(join(cache, kvmNoteFile));
  if (text === undefined) return undefined;
  try {
    const { usable, reason, at } = (JSON.parse(text) ?? {}) as Partial<KvmNote>;
    if (typeof usable === 'boolean' && typeof reason === 'string' && typeof at === 'string')
      return { usable, reason, at };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}
