import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { firstExisting, readableText } from '../files/existing.ts';
import { demandSpace } from '../files/free-space.ts';
import type { AptCommand } from './apt-command.ts';
import { archiveOf, type DebianHost, preferredSuites, readDebianHost } from './debian-mirror.ts';

/** Disk space for the package lists of three suites while apt reads them, bytes. */
const listBytes = 300 * 1024 ** 2;

const listsMaxAgeMs = 24 * 3600 * 1000;
const updateWords = ['update', '-q', '--error-on=any'];
const keyrings = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
];

/** The package lists of Debian's suites, in the folder of an isolated apt. */
export class AptLists {
  readonly #command: AptCommand;
  #host: Promise<DebianHost> | undefined;
  #updated: Promise<void> | undefined;
  #refreshed = false;

  /** @param host release and mirror; default: read from this host */
  constructor(command: AptCommand, host?: DebianHost) {
    this.#command = command;
    this.#host = host && Promise.resolve(host);
  }

  /** Suites in order of preference for this host: its own, its backports, then newer ones. */
  async suites(): Promise<string[]> {
    return preferredSuites(await this.#readHost());
  }

  /**
   * Makes sure that the lists exist and are at most a day old. Works once per process. If a refresh fails, older lists are
   * used if there are any, and this is reported.
   * @throws InfrastructureError APT_KEYRING_MISSING, APT_UPDATE_FAILED, PROGRAM_MISSING
   */
  update(): Promise<void> {
    this.#updated ??= this.#updateWhenOlder(listsMaxAgeMs);
    return this.#updated;
  }

  /**
   * Fetches the lists now, unless this process has already done so.
   * @returns whether it did
   */
  async refresh(): Promise<boolean> {
    if (this.#refreshed) return false;
    await this.#updateWhenOlder(0);
    return true;
  }

  #readHost(): Promise<DebianHost> {
    this.#host ??= readDebianHost();
    return this.#host;
  }

  async #updateWhenOlder(maxAgeMs: number): Promise<void> {
    const command = this.#command;
    await command.locked('reading package lists', async () => {
      const wanted = await this.#sourcesText();
      const stamp = join(command.folder, 'updated');
      const age = await ageOf(stamp, wanted);
      if (age !== undefined && age < maxAgeMs) return;
      await demandSpace(command.folder, listBytes, 'the package lists of Debian');
      await this.#writeConfiguration(wanted);
      command.report("fetching Debian's package lists");
      const result = await command.apt('apt-get', updateWords, { accept: 'any' });
      this.#refreshed = true;
      if (result.code === 0) return writeFile(stamp, wanted);
      if (await this.#updateEachSuite(wanted)) return writeFile(stamp, wanted);
      const error = new InfrastructureError('APT_UPDATE_FAILED', "Debian's package lists cannot be fetched", {
        evidence: result.stderr,
        hint: 'Check the network and the proxy settings of apt (/etc/apt/apt.conf.d), then try again.',
      });
      if (age === undefined) throw error;
      command.report(`${error.message}; using those of ${new Date(Date.now() - age).toISOString()}`);
    });
  }

  /**
   * Fetches the suites one by one and keeps those that apt accepts, so that an unreadable one does not affect the others.
   * Expired lists, as on a stale mirror, are accepted too: Debian signed them, and builds record the versions they used.
   * @returns whether any suite was fetched
   */
  async #updateEachSuite(sources: string): Promise<boolean> {
    const command = this.#command;
    const kept: string[] = [];
    for (const line of sources.trimEnd().split('\n')) {
      await writeFile(join(command.folder, 'sources.list'), `${line}\n`);
      const words = [...updateWords, '-o', 'APT::Get::List-Cleanup=0'];
      const result = await command.apt('apt-get', words, { accept: 'any' });
      const suite = line.split(' ').at(-2);
      const reason = result.stderr.split('\n').find(text => text.startsWith('E: '));
      if (result.code === 0) kept.push(line);
      else if (await this.#acceptsExpired(words)) {
        kept.push(line);
        command.report(`${suite}: using old lists, ${reason ?? 'which have expired'}`);
      } else {
        command.report(`skipped ${suite}, ${reason ?? 'which cannot be fetched'}`);
      }
    }
    // If none succeeded, the older lists are still useful and need their sources.
    const usable = kept.length > 0 ? kept.map(line => `${line}\n`).join('') : sources;
    await writeFile(join(command.folder, 'sources.list'), usable);
    return kept.length > 0;
  }

  async #acceptsExpired(words: readonly string[]): Promise<boolean> {
    const leniently = [...words, '-o', 'Acquire::Check-Valid-Until=false'];
    return (await this.#command.apt('apt-get', leniently, { accept: 'any' })).code === 0;
  }

  async #sourcesText(): Promise<string> {
    const host = await this.#readHost();
    const keyring = await firstExisting(keyrings);
    if (!keyring) {
      throw new InfrastructureError('APT_KEYRING_MISSING', "Debian's archive keys are not on this host", {
        hint: 'Install the package debian-archive-keyring.',
      });
    }
    return preferredSuites(host)
      .map(suite => `deb [arch=amd64 signed-by=${keyring}] ${archiveOf(host.mirror, suite)} ${suite} main\n`)
      .join('');
  }

  async #writeConfiguration(sources: string): Promise<void> {
    const { folder } = this.#command;
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    await writeFile(join(folder, 'sources.list'), sources);
    await writeFile(join(folder, 'status'), '');
  }
}

/** Age of the stamp in milliseconds, if it was written for the same sources. */
async function ageOf(stamp: string, sources: string): Promise<number | undefined> {
  if ((await readableText(stamp)) !== sources) return undefined;
  return Date.now() - (await stat(stamp)).mtimeMs;
}
