import { realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { type CachePlace, ContentCache } from '../files/content-cache.ts';
import { existingPath, namesIn } from '../files/existing.ts';
import type { LockOptions } from '../files/lock.ts';
import type { AptFile } from '../host/apt-output.ts';
import { parseDeb822Paragraph } from '../host/debian-mirror.ts';
import type { IsolatedApt } from '../host/isolated-apt.ts';
import { runProgram } from '../process/program.ts';
import type { LibraryRequest, UserlandFile } from './library-closure.ts';

/** The used part of IsolatedApt. Tests pass their own. */
export type PackageSource = Pick<IsolatedApt, 'closure' | 'candidates' | 'downloadAll' | 'extract'>;

/** Unpacked Debian packages, with a folder for each version. */
export const packagePlace: CachePlace = { name: 'packages', folder: 'packages' };

/** An unpacked package in the cache. */
interface UnpackedPackage {
  name: string;
  version: string;
  folder: string;
  /** Packages it depends on, without versions. */
  relations: string[];
}

const libraryFolders = [
  'usr/lib/x86_64-linux-gnu',
  'usr/lib64',
  'usr/lib',
  'lib/x86_64-linux-gnu',
  'lib64',
  'lib',
];

/**
 * Unpacks Debian packages of one suite as they are needed. The whole closure of stress-ng's dependencies holds Mesa
 * and LLVM (more than 200 MB) of which its ELF header needs no library. So packages are fetched step by step: a library
 * is looked for in the dependencies of the package whose file needs it.
 */
export class DebianPool {
  readonly #source: PackageSource;
  readonly #suite: string;
  readonly #unpacked: ContentCache<string>;
  readonly #lock: LockOptions;
  readonly #providers: Readonly<Record<string, string>>;
  readonly #packages = new Map<string, UnpackedPackage>();
  readonly #libraries = new Map<string, UserlandFile>();
  #offered = new Map<string, AptFile>();

  /**
   * @param options the cache folder, and how to wait for another process that is unpacking
   * @param providers packages of libraries that no dependency leads to, by soname
   */
  constructor(
    source: PackageSource,
    suite: string,
    options: { cache: string } & Pick<LockOptions, 'signal' | 'onWait'>,
    providers: Readonly<Record<string, string>> = {},
  ) {
    this.#providers = providers;
    this.#source = source;
    this.#suite = suite;
    this.#unpacked = new ContentCache(packagePlace, options.cache, existingPath);
    this.#lock = { purpose: 'unpacking packages', signal: options.signal, onWait: options.onWait };
  }

  /** Fetches and unpacks the packages of the programs. Must be called once, first. */
  async begin(names: readonly string[]): Promise<void> {
    const closure = await this.#source.closure([...names], this.#suite);
    this.#offered = new Map(closure.map(file => [file.name, file]));
    await this.#unpack(names);
  }

  /** Versions of everything that was unpacked, by package. */
  get versions(): Record<string, string> {
    return Object.fromEntries([...this.#packages.values()].map(({ name, version }) => [name, version]));
  }

  /**
   * A file of an unpacked package.
   * @throws InfrastructureError PACKAGE_FILE_MISSING
   */
  async file(packageName: string, path: string): Promise<UserlandFile> {
    const found = this.#packages.get(packageName);
    const inside = found && (await resolveInside(found.folder, path.slice(1)));
    if (!inside) {
      throw new InfrastructureError(
        'PACKAGE_FILE_MISSING',
        `the package ${packageName} of ${this.#suite} has no ${path}`,
        {
          hint: 'Correct the path in guests/userland.yaml (`dpkg -c` lists what is in a package).',
        },
      );
    }
    return { source: inside, path, owner: packageName };
  }

  /** Finds libraries, unpacking more packages as needed. A `LibraryFinder`. */
  async find(requests: readonly LibraryRequest[]): Promise<Map<string, UserlandFile>> {
    for (let open = await this.#open(requests); open.length > 0; open = await this.#open(requests)) {
      const next = new Set<string>();
      for (const request of open) {
        const name = await this.#nextCandidate(request);
        if (name !== undefined) next.add(name);
      }
      if (next.size === 0) break;
      await this.#unpack([...next]);
    }
    return new Map(
      requests.flatMap(({ soname }) => {
        const file = this.#libraries.get(soname);
        return file ? [[soname, file] as const] : [];
      }),
    );
  }

  async #open(requests: readonly LibraryRequest[]): Promise<LibraryRequest[]> {
    for (const request of requests) await this.#findPrivate(request);
    return requests.filter(({ soname }) => !this.#libraries.has(soname));
  }

  /** Libraries outside of the usual folders, such as /usr/lib/x86_64-linux-gnu/systemd. */
  async #findPrivate({ soname, folders }: LibraryRequest): Promise<void> {
    for (const folder of folders) {
      for (const unpacked of this.#packages.values()) {
        const path = posix.join(folder, soname);
        const source = this.#libraries.has(soname) ? undefined : await resolveInside(unpacked.folder, path);
        if (source !== undefined) this.#libraries.set(soname, { source, path, owner: unpacked.name });
      }
    }
  }

  /** The most likely package that has not been searched: a similar name first, then the smaller file. */
  async #nextCandidate({ soname, wantedBy }: LibraryRequest): Promise<string | undefined> {
    const provider = this.#providers[soname];
    const relations =
      provider === undefined ? (this.#packages.get(wantedBy.owner)?.relations ?? []) : [provider];
    const candidates: string[] = [];
    for (const name of relations) {
      if (!this.#packages.has(name) && (await this.#isOffered(name))) candidates.push(name);
    }
    const bytes = (name: string) => this.#offered.get(name)?.bytes ?? 0;
    return candidates.sort((a, b) => likeness(b, soname) - likeness(a, soname) || bytes(a) - bytes(b))[0];
  }

  /** Whether a package exists. Providers are not in the closure of the dependencies. */
  async #isOffered(name: string): Promise<boolean> {
    if (this.#offered.has(name)) return true;
    const candidate = (await this.#source.candidates(name)).find(({ suite }) => suite === this.#suite);
    if (!candidate) return false;
    this.#offered.set(name, { name, version: candidate.version, file: '', uri: '', bytes: 0, hash: '' });
    return true;
  }

  async #unpack(names: readonly string[]): Promise<void> {
    const wanted = names.map(name => {
      const offered = this.#offered.get(name);
      if (offered) return { name, version: offered.version };
      throw new InfrastructureError('APT_NO_CANDIDATE', `Debian ${this.#suite} offers no package ${name}`, {
        hint: 'Correct the package in guests/userland.yaml.',
      });
    });
    const debs = await this.#source.downloadAll(wanted);
    for (const [index, { name, version }] of wanted.entries()) {
      // biome-ignore lint/style/noNonNullAssertion: downloadAll answers in the order of what it was asked for
      const deb = debs[index]!;
      const key = `${name}_${version.replaceAll(':', '%')}`;
      const folder = await this.#unpacked.obtain(key, this.#lock, draft => this.#source.extract(deb, draft));
      const unpacked = { name, version, folder, relations: await readRelations(deb) };
      this.#packages.set(name, unpacked);
      await this.#indexLibraries(unpacked);
    }
  }

  async #indexLibraries(unpacked: UnpackedPackage): Promise<void> {
    for (const libraries of libraryFolders) {
      for (const name of await namesIn(join(unpacked.folder, libraries))) {
        if (!name.includes('.so') || this.#libraries.has(name)) continue;
        const source = await resolveInside(unpacked.folder, `${libraries}/${name}`);
        const isFile = source !== undefined && (await stat(source)).isFile();
        if (isFile)
          this.#libraries.set(name, { source, path: guestPath(libraries, name), owner: unpacked.name });
      }
    }
  }
}

/** The loader must have the path that ELF headers give, whatever its folder in the package. */
function guestPath(folder: string, name: string): string {
  return name.startsWith('ld-linux') ? `/usr/lib64/${name}` : posix.join('/', folder, name);
}

/** How much a package's name looks like a library's: 2 for libacl1 and libacl.so.1, 1 for libz-dev and libz.so.1. */
function likeness(packageName: string, soname: string): number {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const name = plain(packageName.replace(/t64$/, ''));
  const [stem = '', version] = soname.split('.so');
  if (name === plain(`${stem}${version ?? ''}`)) return 2;
  return name.startsWith(plain(stem)) ? 1 : 0;
}

async function readRelations(deb: string): Promise<string[]> {
  const fields = ['pre-depends', 'depends'];
  const { stdout } = await runProgram('dpkg-deb', ['--field', deb, ...fields]);
  const paragraph = parseDeb822Paragraph(stdout);
  return fields
    .flatMap(field =>
      (paragraph[field] ?? '').split(/[,|]/).map(relation => relation.trim().split(/[ (:]/)[0] ?? ''),
    )
    .filter(Boolean);
}

/** The real path of a file in a package; undefined if it does not exist or a link leads out of the package. */
async function resolveInside(folder: string, path: string): Promise<string | undefined> {
  const root = await realpath(folder);
  const real = await realpath(join(root, path)).catch(() => undefined);
  return real?.startsWith(`${root}/`) ? real : undefined;
}
