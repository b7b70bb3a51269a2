import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../process/program.ts';
import type { LibraryFinder, LibraryRequest, UserlandFile } from './library-closure.ts';
import { compareVersions, type ProgramSource } from './userland-table.ts';

/** The host's own programs, if they can be used instead of Debian's. */
export interface HostPrograms {
  files: UserlandFile[];
  /** Version of each program that reports one, marked as the host's. */
  versions: Record<string, string>;
  find: LibraryFinder;
}

/** How to query the host; replaced in tests. */
export interface HostProgramsOptions {
  /** Root of the file system to look in. */
  root?: string | undefined;
  run?: typeof runProgram | undefined;
}

const usualFolders = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

/**
 * The host's programs, if it has all of them and they are recent enough. Otherwise undefined, and all come from Debian:
 * programs of one system do not run with the libraries of another. The host is only considered if a program has a minimum
 * version, so that an image with just modprobe does not depend on what the host happens to have.
 */
export async function findHostPrograms(
  programs: readonly ProgramSource[],
  options: HostProgramsOptions = {},
): Promise<HostPrograms | undefined> {
  const root = options.root ?? '/';
  if (!programs.some(program => program.minimum !== undefined)) return undefined;
  const files: UserlandFile[] = [];
  const versions: Record<string, string> = {};
  for (const program of programs) {
    for (const path of [program.path, ...program.files]) {
      if (!existsSync(join(root, path))) return undefined;
      files.push({ source: realpathSync(join(root, path)), path, owner: 'host' });
    }
    if (program.minimum === undefined) continue;
    const version = await readVersion(join(root, program.path), options.run ?? runProgram);
    if (version === undefined || compareVersions(version, program.minimum) < 0) return undefined;
    versions[program.name] = `${version} (host)`;
  }
  const folders = usualFolders.filter(folder => existsSync(join(root, folder)));
  return {
    files,
    versions,
    find: async requests => findInFolders(requests, root, folders),
  };
}

/** The first dotted number that `PROGRAM --version` prints: `stress-ng, version 0.17.06 (gcc 13.2.0, …)`. */
async function readVersion(program: string, run: typeof runProgram): Promise<string | undefined> {
  const { stdout } = await run(program, ['--version'], { accept: 'any', timeoutNs: 10e9 });
  return stdout.split(/[\s,]+/).find(word => /^\d+(\.\d+)+$/.test(word));
}

function findInFolders(
  requests: readonly LibraryRequest[],
  root: string,
  usual: readonly string[],
): Map<string, UserlandFile> {
  const found = new Map<string, UserlandFile>();
  for (const { soname, folders } of requests) {
    const folder = [...folders, ...usual].find(candidate => existsSync(join(root, candidate, soname)));
    if (folder === undefined) continue;
    const path = soname.startsWith('ld-linux') ? `/usr/lib64/${soname}` : `${folder}/${soname}`;
    found.set(soname, { source: realpathSync(join(root, folder, soname)), path, owner: 'host' });
  }
  return found;
}
