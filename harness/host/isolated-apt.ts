import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InfrastructureError } from '../errors.ts';
import { withFileLock } from '../files/lock.ts';
import { type ProgramOptions, type ProgramResult, runProgram } from '../process/program.ts';
import { cacheFolder } from '../project.ts';
import type { StepSink } from '../step.ts';
import { type AptCandidate, type AptFile, parseMadison, parsePrintUris } from './apt-output.ts';
import { type DebianHost, preferredSuites, readDebianHost } from './debian-mirror.ts';

export type { AptCandidate, AptFile };

/** What an IsolatedApt depends on; all but the folder is for tests and for unusual hosts. */
export interface IsolatedAptOptions {
  /** Holds lists, archives and the sources; `<cache>/apt` unless told. */
  folder?: string;
  /** Release and mirror; read from the host unless told. */
  host?: DebianHost;
  signal?: AbortSignal;
  sink?: StepSink;
  run?: typeof runProgram;
}

const listsMaxAgeMs = 24 * 3600 * 1000;
const updateWords = ['update', '-q', '--error-on=any'];
const keyrings = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
];

/**
 * An apt of our own: it reads Debian's suites into the cache folder and fetches packages from them, without touching
 * /etc/apt, the host's package state or anything that needs root. The host's proxy settings (apt.conf.d) and its
 * mirror are honoured. Everything is verified by apt against Debian's archive keys.
 */
export class IsolatedApt {
  readonly folder: string;
  readonly #options: IsolatedAptOptions;
  readonly #run: typeof runProgram;
  #host: Promise<DebianHost> | undefined;
  #updated: Promise<void> | undefined;
  #refreshed = false;

  constructor(options: IsolatedAptOptions = {}) {
    this.folder = options.folder ?? join(cacheFolder(), 'apt');
    this.#options = options;
    this.#run = options.run ?? runProgram;
  }

  /** Suites in order of preference for this host: its own, its backports, then newer ones. */
  async suites(): Promise<string[]> {
    return preferredSuites(await this.#readHost());
  }

  /**
   * Makes sure that the lists are there and at most a day old; does the work once per process. When a refresh fails
   * but older lists are there, they are used, and the sink is told.
   * @throws InfrastructureError APT_KEYRING_MISSING, APT_UPDATE_FAILED, PROGRAM_MISSING
   */
  update(): Promise<void> {
    this.#updated ??= this.#updateWhenOld(listsMaxAgeMs);
    return this.#updated;
  }

  /** The versions of a package, in the order of the preferred suites; empty when no suite has it. */
  async candidates(name: string): Promise<AptCandidate[]> {
    await this.update();
    let found = await this.#madison(name);
    if (found.length === 0 && !this.#refreshed) {
      await this.#updateWhenOld(0);
      found = await this.#madison(name);
    }
    const order = await this.suites();
    return found.sort((a, b) => order.indexOf(a.suite) - order.indexOf(b.suite));
  }

  /**
   * Fetches a package, or finds it in the cache; its size and hash are checked either way.
   * @param wanted exact version, else suite; the first candidate unless told
   * @returns path of the .deb
   * @throws InfrastructureError APT_NO_CANDIDATE, APT_DOWNLOAD_FAILED
   */
  async download(name: string, wanted: Partial<AptCandidate> = {}): Promise<string> {
    if (wanted.version !== undefined)
      return (await this.downloadAll([{ name, version: wanted.version }]))[0]!;
    const candidates = await this.candidates(name);
    const chosen = candidates.find(
      candidate => wanted.suite === undefined || candidate.suite === wanted.suite,
    );
    if (!chosen) throw noCandidate(name, wanted, candidates);
    const [path] = await this.downloadAll([{ name, version: chosen.version }]);
    return path!;
  }

  /**
   * Fetches exact versions of packages in one go.
   * @returns paths of the .deb files, in the order of `packages`
   * @throws InfrastructureError APT_DOWNLOAD_FAILED
   */
  async downloadAll(packages: { name: string; version: string }[]): Promise<string[]> {
    if (packages.length === 0) return [];
    await this.update();
    return this.#locked('fetching packages', async () => {
      const words = packages.map(({ name, version }) => `${name}=${version}`);
      const listed = await this.#apt('apt-get', ['download', '--print-uris', ...words], { accept: 'any' });
      const files = parsePrintUris(listed.stdout);
      const paths: string[] = [];
      const missing: AptFile[] = [];
      for (const { name, version } of packages) {
        const file = files.find(candidate => candidate.name === name && candidate.version === version);
        if (!file) throw noCandidate(name, { version }, []);
        paths.push(this.#archive(file));
        if (!(await isIntact(this.#archive(file), file))) missing.push(file);
      }
      if (missing.length > 0) await this.#fetch(missing);
      return paths;
    });
  }

  /**
   * Everything that apt would install for these packages on an empty system, without recommendations: the closure of
   * their dependencies, resolved within one suite.
   * @throws InfrastructureError APT_CLOSURE_FAILED
   */
  async closure(names: string[], suite: string): Promise<AptFile[]> {
    await this.update();
    const args = ['install', '--print-uris', '-y', '--no-install-recommends', '-t', suite, ...names];
    const result = await this.#apt('apt-get', args, { accept: 'any' });
    if (result.code !== 0) {
      throw new InfrastructureError(
        'APT_CLOSURE_FAILED',
        `apt finds no consistent set of dependencies for ${names.join(', ')} in ${suite}`,
        {
          evidence: result.stderr,
          hint: `Remove ${this.folder} to start from fresh lists, or name another suite.`,
        },
      );
    }
    return parsePrintUris(result.stdout);
  }

  /** Unpacks a .deb into a folder, which is made; nothing of the package is run. */
  async extract(deb: string, folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await this.#run('dpkg-deb', ['--extract', deb, folder], this.#programOptions());
  }

  async #madison(name: string): Promise<AptCandidate[]> {
    return parseMadison((await this.#apt('apt-cache', ['madison', '--', name])).stdout, name);
  }

  #readHost(): Promise<DebianHost> {
    this.#host ??= this.#options.host ? Promise.resolve(this.#options.host) : readDebianHost();
    return this.#host;
  }

  #archive(file: AptFile): string {
    return join(this.folder, 'archives', file.file);
  }

  async #updateWhenOld(maxAgeMs: number): Promise<void> {
    await this.#locked('reading package lists', async () => {
      const wanted = await this.#sourcesText();
      const stamp = join(this.folder, 'updated');
      const age = await ageOf(stamp, wanted);
      if (age !== undefined && age < maxAgeMs) return;
      await this.#writeConfiguration(wanted);
      this.#report('reading the package lists of Debian');
      const result = await this.#apt('apt-get', updateWords, { accept: 'any' });
      this.#refreshed = true;
      if (result.code === 0) return writeFile(stamp, wanted);
      if (await this.#updateEachSuite(wanted)) return writeFile(stamp, wanted);
      const error = new InfrastructureError(
        'APT_UPDATE_FAILED',
        'the package lists of Debian cannot be read',
        {
          evidence: result.stderr,
          hint: 'Check the network and the proxy settings of apt (/etc/apt/apt.conf.d), then try again.',
        },
      );
      if (age === undefined) throw error;
      this.#report(`${error.message}; those of ${new Date(Date.now() - age).toISOString()} are used`);
    });
  }

  /**
   * Reads one suite after the other and keeps those that apt accepts: one that cannot be read must not take the others
   * with it. Lists that have expired, as on a mirror that stands still, are taken too: they name what Debian signed, if
   * not the newest, and builds record the versions that they used.
   * @returns whether any suite was read
   */
  async #updateEachSuite(sources: string): Promise<boolean> {
    const kept: string[] = [];
    for (const line of sources.trimEnd().split('\n')) {
      await writeFile(join(this.folder, 'sources.list'), `${line}\n`);
      const words = [...updateWords, '-o', 'APT::Get::List-Cleanup=0'];
      const result = await this.#apt('apt-get', words, { accept: 'any' });
      const suite = line.split(' ').at(-2);
      const reason = result.stderr.split('\n').find(text => text.startsWith('E: '));
      if (result.code === 0) kept.push(line);
      else if (await this.#acceptsExpired(words)) {
        kept.push(line);
        this.#report(`${suite}: old lists are used, ${reason ?? 'which have expired'}`);
      } else {
        this.#report(`left out: ${suite}, ${reason ?? 'which cannot be read'}`);
      }
    }
    // With none of them the older lists are still good for something, and need their sources.
    const usable = kept.length > 0 ? kept.map(line => `${line}\n`).join('') : sources;
    await writeFile(join(this.folder, 'sources.list'), usable);
    return kept.length > 0;
  }

  async #acceptsExpired(words: string[]): Promise<boolean> {
    const leniently = [...words, '-o', 'Acquire::Check-Valid-Until=false'];
    return (await this.#apt('apt-get', leniently, { accept: 'any' })).code === 0;
  }

  async #sourcesText(): Promise<string> {
    const host = await this.#readHost();
    const keyring = await firstThere(keyrings);
    if (!keyring) {
      throw new InfrastructureError('APT_KEYRING_MISSING', "Debian's archive keys are not on this host", {
        hint: 'Install the package debian-archive-keyring.',
      });
    }
    return preferredSuites(host)
      .map(suite => `deb [arch=amd64 signed-by=${keyring}] ${host.mirror} ${suite} main\n`)
      .join('');
  }

  async #writeConfiguration(sources: string): Promise<void> {
    await mkdir(join(this.folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(this.folder, 'cache', 'archives', 'partial'), { recursive: true });
    await writeFile(join(this.folder, 'sources.list'), sources);
    await writeFile(join(this.folder, 'status'), '');
  }

  #apt(
    program: 'apt-get' | 'apt-cache',
    args: string[],
    options: ProgramOptions = {},
  ): Promise<ProgramResult> {
    const settings = {
      'Dir::Etc::sourcelist': join(this.folder, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': '/dev/null',
      'Dir::State::lists': join(this.folder, 'lists'),
      'Dir::State::status': join(this.folder, 'status'),
      'Dir::State::extended_states': join(this.folder, 'extended_states'),
      'Dir::Cache': join(this.folder, 'cache'),
      // Images of Debian for containers (docker-clean) empty these names, and every call would build its index anew.
      'Dir::Cache::pkgcache': 'pkgcache.bin',
      'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
      'APT::Architecture': 'amd64',
      'APT::Default-Release': '',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      // The user _apt may not read a cache below /root; apt warns and drops its sandbox anyway.
      'APT::Sandbox::User': 'root',
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return this.#run(program, [...words, ...args], { ...this.#programOptions(), ...options });
  }

  #programOptions(): ProgramOptions {
    const { signal } = this.#options;
    return { environment: { LC_ALL: 'C.UTF-8' }, ...(signal && { signal }) };
  }

  async #fetch(files: AptFile[]): Promise<void> {
    await mkdir(join(this.folder, 'archives'), { recursive: true });
    const draft = await mkdtemp(join(this.folder, 'archives', '.fetch-'));
    try {
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      this.#report(`fetching ${files.map(file => file.name).join(', ')} (${(bytes / 1e6).toFixed(1)} MB)`);
      const words = files.map(({ name, version }) => `${name}=${version}`);
      const result = await this.#apt('apt-get', ['download', '-q', ...words], {
        folder: draft,
        accept: 'any',
      });
      if (result.code !== 0) {
        throw new InfrastructureError('APT_DOWNLOAD_FAILED', `cannot fetch ${words.join(', ')}`, {
          evidence: result.stderr,
          hint: `Check the network. If the mirror answered 404, the lists are old: remove ${join(this.folder, 'updated')}.`,
        });
      }
      for (const file of files) await rename(join(draft, file.file), this.#archive(file));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  #report(detail: string): void {
    this.#options.sink?.({ step: 'packages', title: 'Packages', detail });
  }

  #locked<Result>(purpose: string, work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#options;
    return withFileLock(
      join(this.folder, 'lock'),
      {
        purpose,
        ...(signal && { signal }),
        onWait: notice => this.#report(notice),
      },
      work,
    );
  }
}

/** Whether a file has the size and, when apt told one, the SHA-256 that it should have. */
async function isIntact(path: string, file: AptFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== file.bytes) return false;
  if (!file.hash.startsWith('SHA256:')) return true;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === file.hash.slice('SHA256:'.length);
}

/** Age of the stamp in milliseconds, if it was written for the same sources. */
async function ageOf(stamp: string, sources: string): Promise<number | undefined> {
  if ((await textOf(stamp)) !== sources) return undefined;
  return Date.now() - (await stat(stamp)).mtimeMs;
}

function noCandidate(
  name: string,
  wanted: Partial<AptCandidate>,
  candidates: AptCandidate[],
): InfrastructureError {
  const which = [wanted.version, wanted.suite && `of ${wanted.suite}`].filter(Boolean).join(' ');
  const offered = candidates.map(({ version, suite }) => `${version} (${suite})`).join(', ');
  return new InfrastructureError(
    'APT_NO_CANDIDATE',
    `Debian offers no package ${name}${which && ` ${which}`}`,
    { hint: offered ? `It offers: ${offered}.` : 'Check the name at https://packages.debian.org.' },
  );
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

async function firstThere(paths: string[]): Promise<string | undefined> {
  for (const path of paths) if (await stat(path).catch(() => undefined)) return path;
  return undefined;
}
