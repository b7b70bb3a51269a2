import { posix } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { isElf, readElf } from './elf.ts';

/** A file of the host or of an unpacked package, and where it goes in the guest. */
export interface UserlandFile {
  /** Absolute path on the host. */
  source: string;
  /** Absolute path in the guest, as programs call it. */
  path: string;
  /** Package, or `host`: who is asked first for the libraries of this file. */
  owner: string;
}

/** A library that a file asks for. */
export interface LibraryRequest {
  soname: string;
  wantedBy: UserlandFile;
  /** Absolute folders that the file wants searched before the usual ones. */
  folders: string[];
}

/** Finds libraries; asked for many at once, because each download costs a start of apt. Missing ones are left out. */
export type LibraryFinder = (requests: readonly LibraryRequest[]) => Promise<Map<string, UserlandFile>>;

/**
 * Files together with the dynamic loader and all libraries that they need, directly and indirectly, all from the
 * same finder: libraries of one system with programs of another may not even start.
 * @param opens sonames that are followed where an ELF header only says that the library may be opened (.note.dlopen);
 *   systemd alone names thirty such
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

/** Whether a name comes for the first time; from now on it is known. */
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
      hint: 'Remove the cache (`modstorm clean --cache`) so that package lists are read afresh; else name another suite in guests/userland.yaml.',
    },
  );
}
