import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../files/lock.ts';
import { runProgram } from '../process/program.ts';

/** How to build a static program of guests/. */
export interface GuestProgramOptions {
  /** Folder with its Makefile, which puts `O=DIR name` into DIR. */
  sources: string;
  /** Name of the file that `make` leaves. */
  name: string;
  /** Cache folder of modstorm. */
  cache: string;
  signal?: AbortSignal;
  /** Told whom a wait is for, when another process builds the same program. */
  onWait?: (notice: string) => void;
}

/**
 * A static C program of guests/ (the agent), built once for each state of its sources and each compiler.
 * @returns path of the program in the cache
 * @throws InfrastructureError PROGRAM_FAILED with the compiler's words, PROGRAM_MISSING
 */
export async function buildGuestProgram(options: GuestProgramOptions): Promise<string> {
  const id = await digestSources(options.sources);
  const folder = join(options.cache, 'guest-programs', `${options.name}-${id}`);
  const path = join(folder, options.name);
  const signal = options.signal && { signal: options.signal };
  if (await stat(path).catch(() => undefined)) return path;
  const lock = {
    purpose: `building ${options.name}`,
    ...signal,
    ...(options.onWait && { onWait: options.onWait }),
  };
  return withFileLock(`${folder}.lock`, lock, async () => {
    if (await stat(path).catch(() => undefined)) return path;
    const draft = await mkdtemp(`${folder}.draft-`);
    try {
      await runProgram('make', ['-C', options.sources, `O=${draft}`], {
        ...signal,
        environment: { LC_ALL: 'C' },
      });
      await rename(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return path;
  });
}

/** Names and contents of the sources, and the version of the compiler. */
async function digestSources(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const { stdout } = await runProgram('gcc', ['-dumpfullversion', '-dumpmachine']);
  hash.update(stdout);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter(entry => entry.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`\0${name}\0`).update(await readFile(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
