import { posix } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { isElf, readElf } from './elf.ts';

/** A file of the host or of an unpacked package, and its path in the guest. */
export interface UserlandFile {
  /** Absolute path on the host. */
  source: string;
  /** Absolute path in the guest, as programs use it. */
  path: string;
  /** Package, or `host`. The libraries of this file are looked for there first. */
  owner: string;
}

/** A library that a file needs. */
export interface LibraryRequest {
  soname: string;
  wantedBy: UserlandFile;
  /** Absolute folders to search before the usual ones. */
  folders: string[];
}

/** Finds libraries, many at once because each download starts apt. Missing ones are left out. */
export type LibraryFinder = (requests: readonly LibraryRequest[]) => Promise<Map<string, UserlandFile>>;

/**
 * Files with the dynamic loader and all libraries that they need, directly or indirectly, from the same finder: programs
 * of one system may not even start with the libraries of another.
 * @param opens sonames to follow although the ELF header only says that they may be opened (.note.dlopen); systemd alone
 *   names thirty
 * @throws InfrastructureError LIBRARY_MISSING, ELF_INVALID
 */
export async function libraryClosure(
  programs: readonly UserlandFile[],
  find: LibraryFinder,
  opens: ReadonlySet<string> = new Set(),
): Promise<(UserlandFile & { content: Buffer })[]> {
  const found = new Map<string, UserlandFile & { content: Buffer }>();
  const known = new Set<string>();
  for (let files: readonly UserlandFile[] = programs; files.length > 0; ) {
    const requests: LibraryRequest[] = [];
    for (const file of files) {
      const content = await readRegularFile(file.source);
      found.set(file.path, { ...file, content });
      requests.push(...requestsOf(file, content, opens).filter(({ soname }) => isNew(known, soname)));
    }
    const answers = requests.length > 0 ? await find(requests) : new Map<string, UserlandFile>();
    const unanswered = requests.find(({ soname }) => !answers.has(soname));
    if (unanswered) throw missing(unanswered);
    files = [...answers.values()];
  }
  return [...found.values()];
}

/** Whether a name is new. Remembers it. */
function isNew(known: Set<string>, name: string): boolean {
  return known.size < known.add(name).size;
}

function requestsOf(file: UserlandFile, content: Buffer, opens: ReadonlySet<string>): LibraryRequest[] {
  if (!isElf(content)) return [];
  const elf = readElf(content, file.source);
  const loader = elf.interpreter === undefined ? [] : [posix.basename(elf.interpreter)];
  const origin = posix.dirname(file.path);
  const folders = elf.runpath.map(folder =>
    posix.normalize(folder.replace(/\$(ORIGIN\b|\{ORIGIN\})/g, origin)),
  );
  return [
    ...[...loader, ...elf.needed].map(soname => ({ soname, wantedBy: file, folders })),
    ...elf.optional.filter(soname => opens.has(soname)).map(soname => ({ soname, wantedBy: file, folders })),
  ];
}

function missing(request: LibraryRequest): InfrastructureError {
  const { soname, wantedBy } = request;
  return new InfrastructureError(
    'LIBRARY_MISSING',
    `no package has ${soname}, which ${wantedBy.path} (${wantedBy.owner}) needs`,
    {
      hint: 'Remove the cache (`modstorm clean --cache`) to read package lists again, or choose another suite in guests/userland.yaml.',
    },
  );
}
