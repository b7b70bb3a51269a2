import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type CachePlace, ContentCache } from '../files/content-cache.ts';
import { existingPath } from '../files/existing.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { runProgram } from '../process/program.ts';
import { projectPath } from '../project.ts';

/** Compiled programs of guests/, with a folder for each state of their sources. */
export const guestProgramPlace: CachePlace = {
  name: 'guest programs',
  folder: 'guest-programs',
  verified: true,
};

/** How to build a program of guests/. */
export interface GuestProgramOptions {
  /** Folder with its Makefile, which builds into DIR with `O=DIR name`. */
  sources: string;
  /** Name of the file that `make` creates. */
  name: string;
  /** Additional variables for make: `API=1`. */
  variables?: readonly string[] | undefined;
  /** Cache folder of modstorm. */
  cache: string;
  signal?: AbortSignal | undefined;
  /** Called with a notice if another process is building the same program. */
  onWait?: ((notice: string) => void) | undefined;
}

/**
 * A C program of guests/ (the agent, the plugin of QEMU), built once for each state of its sources and each compiler.
 * @returns path of the program in the cache
 * @throws InfrastructureError PROGRAM_FAILED with the compiler's output, PROGRAM_MISSING
 */
export async function buildGuestProgram(options: GuestProgramOptions): Promise<string> {
  const { sources, name, variables = [], cache, signal, onWait } = options;
  const id = await digestSources(sources, variables);
  const programs = new ContentCache(guestProgramPlace, cache, folder => existingPath(join(folder, name)));
  return programs.obtain(`${name}-${id}`, { purpose: `building ${name}`, signal, onWait }, async draft => {
    await runProgram('make', ['-C', sources, `O=${draft}`, ...variables], {
      signal,
      environment: { LC_ALL: 'C' },
    });
  });
}

/** Key of the agent: digest of its sources and of the compiler. @throws InfrastructureError PROGRAM_MISSING without gcc */
export function agentKey(): Promise<string> {
  return digestSources(projectPath('guests', 'agent'), []);
}

/** Digest of the names and contents of the sources, the make variables, and the compiler version. */
async function digestSources(folder: string, variables: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const variable of variables) hash.update(`${variable}\0`);
  const { stdout } = await runProgram('gcc', ['-dumpfullversion', '-dumpmachine']);
  hash.update(stdout);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) {
    hash.update(`\0${relative(folder, file)}\0`).update(await readRegularFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}
