import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';
import { type CachePlace, ContentCache } from '../files/content-cache.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { type CpioEntry, writeCpio } from './cpio.ts';
import { DebianPool, type PackageSource } from './debian-pool.ts';
import type { HostPrograms } from './host-programs.ts';
import { libraryClosure, type UserlandFile } from './library-closure.ts';
import type { ProgramSource } from './userland-table.ts';

/** The part of an image that is the same for all kernels: programs and their libraries, as one cpio archive. */
export interface Userland {
  /** SHA-256 of the archive. */
  key: string;
  path: string;
  /** Versions by Debian package; of the host's programs, by program. */
  versions: Record<string, string>;
}

/** Options of `prepareUserland`. */
export interface UserlandOptions {
  programs: readonly ProgramSource[];
  suite: string;
  /** Cache folder of modstorm. */
  cache: string;
  /** Called only if something has to be fetched. */
  packages: () => PackageSource;
  /** The host's own programs, if suitable; otherwise Debian's are used. */
  host?: (() => Promise<HostPrograms | undefined>) | undefined;
  signal?: AbortSignal | undefined;
  /** Called with a notice if another process is preparing the same userland. */
  onWait?: ((notice: string) => void) | undefined;
}

/** Userland archives, with a folder for each set of programs. */
export const userlandPlace: CachePlace = {
  name: 'userlands',
  folder: 'userland',
  verified: true,
  entryBytes: 48 * 1024 ** 2,
};

/** Incremented if the same packages would give a different archive. */
const format = 1;

const mountPoints = [
  'dev',
  'etc',
  'proc',
  'root',
  'run',
  'sys',
  'tmp',
  'usr/bin',
  'usr/lib',
  'usr/lib64',
  'usr/sbin',
  'var',
];
const mergedLinks = ['bin', 'lib', 'lib64', 'sbin'];

/**
 * The userland from the cache, from the host, or from Debian. Fetched packages stay until the cache is removed, so that a
 * run does not use a different stress-ng than the previous one because a mirror was updated.
 * @throws InfrastructureError of the package source, LIBRARY_MISSING, PACKAGE_FILE_MISSING
 */
export async function prepareUserland(options: UserlandOptions): Promise<Userland> {
  const request = JSON.stringify({ format, suite: options.suite, programs: options.programs });
  const id = createHash('sha256').update(request).digest('hex').slice(0, 16);
  const lock = { purpose: 'preparing the userland', signal: options.signal, onWait: options.onWait };
  return new ContentCache(userlandPlace, options.cache, readUserland, isIntact).obtain(
    id,
    lock,
    async draft => {
      const { files, versions } = (await hostFiles(options)) ?? (await debianFiles(options));
      const archive = writeCpio([...skeleton(), ...files.map(toEntry), ...linkEntries(options.programs)]);
      const key = createHash('sha256').update(archive).digest('hex');
      await writeFile(join(draft, 'userland.cpio'), archive);
      await writeFile(join(draft, 'userland.json'), `${JSON.stringify({ key, versions }, null, 2)}\n`);
    },
  );
}

async function readUserland(folder: string): Promise<Userland | undefined> {
  try {
    const { key, versions } = JSON.parse(
      await readRegularFile(join(folder, 'userland.json'), 'utf8'),
    ) as Userland;
    return { key, versions, path: join(folder, 'userland.cpio') };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the archive is the one that its key was taken from. */
async function isIntact(folder: string): Promise<boolean> {
  try {
    const userland = await readUserland(folder);
    if (userland === undefined) return false;
    const archive = await readRegularFile(userland.path);
    return createHash('sha256').update(archive).digest('hex') === userland.key;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

interface ClosedFiles {
  files: (UserlandFile & { content: Buffer })[];
  versions: Record<string, string>;
}

async function hostFiles(options: UserlandOptions): Promise<ClosedFiles | undefined> {
  const host = await options.host?.();
  return (
    host && {
      files: await libraryClosure(host.files, host.find, new Set(Object.keys(openedBy(options.programs)))),
      versions: host.versions,
    }
  );
}

async function debianFiles(options: UserlandOptions): Promise<ClosedFiles> {
  const opens = openedBy(options.programs);
  const pool = new DebianPool(options.packages(), options.suite, options, opens);
  await pool.begin([...new Set(options.programs.map(program => program.package))]);
  const programs: UserlandFile[] = [];
  for (const program of options.programs) {
    for (const path of [program.path, ...program.files])
      programs.push(await pool.file(program.package, path));
  }
  const files = await libraryClosure(programs, requests => pool.find(requests), new Set(Object.keys(opens)));
  const names = [...new Set(files.map(file => file.owner))].sort();
  // biome-ignore lint/style/noNonNullAssertion: the owner of a file was unpacked, in some version
  return { files, versions: Object.fromEntries(names.map(name => [name, pool.versions[name]!])) };
}

/** Libraries that programs open at run time: soname to package. */
function openedBy(programs: readonly ProgramSource[]): Record<string, string> {
  return Object.assign({}, ...programs.map(program => program.opens));
}

/** Folders to mount on, merged /usr, and the console that the kernel opens for PID 1 before /dev is mounted. */
export function skeleton(): CpioEntry[] {
  return [
    ...mountPoints.map(path => ({ kind: 'directory' as const, path, mode: path === 'tmp' ? 0o1777 : 0o755 })),
    ...mergedLinks.map(path => ({ kind: 'symlink' as const, path, target: `usr/${path}` })),
    { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { kind: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
  ];
}

function toEntry(file: UserlandFile & { content: Buffer }): CpioEntry {
  return { kind: 'file', path: mergedPath(file.path), mode: 0o755, content: file.content };
}

function linkEntries(programs: readonly ProgramSource[]): CpioEntry[] {
  return programs.flatMap(program =>
    program.links
      .filter(link => mergedPath(link) !== mergedPath(program.path))
      .map(link => ({ kind: 'symlink' as const, path: mergedPath(link), target: program.path })),
  );
}

/** A path for the archive: /bin and the like are links into /usr. */
function mergedPath(path: string): string {
  const relative = path.slice(1);
  const [top = ''] = relative.split('/');
  return mergedLinks.includes(top) ? `usr/${relative}` : relative;
}
