import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { cacheFolder } from '../project.ts';
import { AptArchives, noCandidate } from './apt-archives.ts';
import { AptCommand, type AptCommandOptions } from './apt-command.ts';
import { AptLists } from './apt-lists.ts';
import { type AptCandidate, type AptFile, parseMadison, parsePrintUris } from './apt-output.ts';
import type { DebianHost } from './debian-mirror.ts';

/** Options of an IsolatedApt. All except the folder are for tests and unusual hosts. */
export interface IsolatedAptOptions extends AptCommandOptions {
  /** Folder for lists, archives and sources. Default: `<cache>/apt`. */
  folder?: string | undefined;
  /** Release and mirror. Default: the host's. */
  host?: DebianHost | undefined;
}

/**
 * A separate apt that reads Debian's suites into the cache folder and fetches packages from them, without touching
 * /etc/apt, the host's package state or anything that needs root. The host's proxy settings (apt.conf.d) and its
 * mirror are honoured. Everything is verified by apt against Debian's archive keys.
 */
export class IsolatedApt {
  readonly #command: AptCommand;
  readonly #lists: AptLists;
  readonly #archives: AptArchives;

  constructor(options: IsolatedAptOptions = {}) {
    this.#command = new AptCommand(options.folder ?? join(cacheFolder(), 'apt'), options);
    this.#lists = new AptLists(this.#command, options.host);
    this.#archives = new AptArchives(this.#command);
  }

  /** Suites in order of preference for this host: its own, its backports, then newer ones. */
  suites(): Promise<string[]> {
    return this.#lists.suites();
  }

  /** Fetches the package lists now, however young those on disk are; at most once per process. */
  async refresh(): Promise<void> {
    await this.#lists.refresh();
  }

  /** The versions of a package, in the order of the preferred suites; empty if no suite has it. */
  async candidates(name: string): Promise<AptCandidate[]> {
    await this.#lists.update();
    let found = await this.#madison(name);
    if (found.length === 0 && (await this.#lists.refresh())) found = await this.#madison(name);
    const order = await this.suites();
    return found.sort((a, b) => order.indexOf(a.suite) - order.indexOf(b.suite));
  }

  /**
   * Fetches a package, or finds it in the cache; its size and hash are checked either way.
   * @param wanted exact version, else suite; default: the first candidate
   * @returns path of the .deb
   * @throws InfrastructureError APT_NO_CANDIDATE, APT_DOWNLOAD_FAILED
   */
  async download(name: string, wanted: Partial<AptCandidate> = {}): Promise<string> {
    const [path] = await this.downloadAll([{ name, version: await this.#versionOf(name, wanted) }]);
    // biome-ignore lint/style/noNonNullAssertion: downloadAll gives as many paths as it was asked for
    return path!;
  }

  /**
   * Fetches exact versions of packages in one go.
   * @returns paths of the .deb files, in the order of `packages`
   * @throws InfrastructureError APT_NO_CANDIDATE, APT_DOWNLOAD_FAILED
   */
  async downloadAll(packages: readonly { name: string; version: string }[]): Promise<string[]> {
    if (packages.length === 0) return [];
    await this.#lists.update();
    return this.#archives.downloadAll(packages);
  }

  /**
   * Everything that apt would install for these packages on an empty system, without recommendations: the closure of
   * their dependencies, resolved within one suite.
   * @throws InfrastructureError APT_CLOSURE_FAILED
   */
  async closure(names: readonly string[], suite: string): Promise<AptFile[]> {
    await this.#lists.update();
    const args = ['install', '--print-uris', '-y', '--no-install-recommends', '-t', suite, ...names];
    const result = await this.#command.apt('apt-get', args, { accept: 'any' });
    if (result.code !== 0) {
      throw new InfrastructureError(
        'APT_CLOSURE_FAILED',
        `apt cannot resolve the dependencies of ${names.join(', ')} in ${suite}`,
        {
          evidence: result.stderr,
          hint: `Remove ${this.#command.folder} to start from fresh lists, or choose another suite.`,
        },
      );
    }
    return parsePrintUris(result.stdout);
  }

  /** Unpacks a .deb into a new folder, without running any of its scripts. */
  async extract(deb: string, folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await this.#command.run('dpkg-deb', ['--extract', deb, folder]);
  }

  async #versionOf(name: string, wanted: Partial<AptCandidate>): Promise<string> {
    if (wanted.version !== undefined) return wanted.version;
    const candidates = await this.candidates(name);
    const chosen = candidates.find(({ suite }) => wanted.suite === undefined || suite === wanted.suite);
    if (!chosen) throw noCandidate(name, wanted, candidates);
    return chosen.version;
  }

  async #madison(name: string): Promise<AptCandidate[]> {
    return parseMadison((await this.#command.apt('apt-cache', ['madison', '--', name])).stdout, name);
  }
}
