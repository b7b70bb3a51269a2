import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { InfrastructureError } from '../errors.ts';
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
  /** Opened if it is there, and done without otherwise. */
  optional: boolean;
}

/** Finds libraries; asked for many at once, because each download costs a start of apt. Missing ones are left out. */
export type LibraryFinder = (requests: readonly LibraryRequest[]) => Promise<Map<string, UserlandFile>>;

/**
 * Files together with the dynamic loader and all libraries that they need, directly and indirectly, all from the
 * same finder: libraries of one system with programs of another may not even start.
 * @throws InfrastructureError LIBRARY_MISSING, ELF_INVALID
 */
export async function libraryClosure(
  programs: readonly UserlandFile[],
  find: LibraryFinder,
): Promise<(UserlandFile & { content: Buffer })[]> {
  const found = new Map<string, UserlandFile & { content: Buffer }>();
  const known = new Set<string>();
  const absent = new Set<string>();
  for (let files: readonly UserlandFile[] = programs; files.length > 0; ) {
    const requests = new Map<string, LibraryRequest>();
    for (const file of files) {
      const content = await readFile(file.source);
      found.set(file.path, { ...file, content });
      for (const request of requestsOf(file, content)) {
        const first = requests.get(request.soname);
        if (known.has(request.soname) || (request.optional && absent.has(request.soname))) continue;
        if (!first || (first.optional && !request.optional)) requests.set(request.soname, request);
      }
    }
    const answers = requests.size > 0 ? await find([...requests.values()]) : new Map<string, UserlandFile>();
    for (const request of requests.values()) {
      if (answers.has(request.soname)) known.add(request.soname);
      else if (request.optional) absent.add(request.soname);
      else throw missing(request);
    }
    files = [...answers.values()];
  }
  return [...found.values()];
}

function requestsOf(file: UserlandFile, content: Buffer): LibraryRequest[] {
  if (!isElf(content)) return [];
  const elf = readElf(content, file.source);
  const loader = elf.interpreter === undefined ? [] : [posix.basename(elf.interpreter)];
  return [
    ...[...loader, ...elf.needed].map(soname => ({ soname, wantedBy: file, optional: false })),
    ...elf.optional.map(soname => ({ soname, wantedBy: file, optional: true })),
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
