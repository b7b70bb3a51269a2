import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { type CachePlace, markUsed, withDraft } from '../files/content-cache.ts';
import { digestOfFile } from '../files/digest.ts';
import type { AptCommand } from './apt-command.ts';
import { type AptCandidate, type AptFile, parsePrintUris } from './apt-output.ts';

/** The .deb files fetched by an isolated apt, with one lock for everything it does. */
export const archivePlace: CachePlace = { name: 'archives', folder: 'apt/archives', lock: 'apt/lock' };

/** Debian package files, fetched once. Size and hash are checked on every use. */
export class AptArchives {
  readonly #command: AptCommand;

  constructor(command: AptCommand) {
    this.#command = command;
  }

  /**
   * Fetches exact versions of packages in one go. The lists must exist.
   * @returns paths of the .deb files, in the order of `packages`
   * @throws InfrastructureError APT_NO_CANDIDATE, APT_DOWNLOAD_FAILED
   */
  async downloadAll(packages: readonly { name: string; version: string }[]): Promise<string[]> {
    return this.#command.locked('fetching packages', async () => {
      const words = packages.map(({ name, version }) => `${name}=${version}`);
      const print = ['download', '--print-uris', ...words];
      const files = parsePrintUris((await this.#command.apt('apt-get', print, { accept: 'any' })).stdout);
      const paths: string[] = [];
      const missing: AptFile[] = [];
      for (const { name, version } of packages) {
        const file = files.find(candidate => candidate.name === name && candidate.version === version);
        if (!file) throw noCandidate(name, { version }, []);
        const path = this.#pathOf(file.file);
        paths.push(path);
        if (await isIntact(path, file)) await markUsed(path);
        else missing.push(file);
      }
      if (missing.length > 0) await this.#fetch(missing);
      return paths;
    });
  }

  #pathOf(file: string): string {
    return join(this.#command.folder, 'archives', file);
  }

  async #fetch(files: readonly AptFile[]): Promise<void> {
    await withDraft(this.#pathOf('fetch'), async draft => {
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const names = files.map(file => file.name).join(', ');
      this.#command.report(`fetching ${names} (${(bytes / 1e6).toFixed(1)} MB)`);
      const words = files.map(({ name, version }) => `${name}=${version}`);
      const options = { folder: draft, accept: 'any' } as const;
      const result = await this.#command.apt('apt-get', ['download', '-q', ...words], options);
      if (result.code !== 0) {
        throw new InfrastructureError('APT_DOWNLOAD_FAILED', `cannot fetch ${words.join(', ')}`, {
          evidence: result.stderr,
          hint: `Check the network. If the mirror returned 404, the lists are outdated: remove ${join(this.#command.folder, 'updated')}.`,
        });
      }
      for (const { file } of files) await rename(join(draft, file), this.#pathOf(file));
    });
  }
}

/** The error for a package that Debian does not offer as requested. `candidates` are the offered versions. */
export function noCandidate(
  name: string,
  wanted: Partial<AptCandidate>,
  candidates: readonly AptCandidate[],
): InfrastructureError {
  const which = [wanted.version, wanted.suite && `of ${wanted.suite}`].filter(Boolean).join(' ');
  const offered = candidates.map(({ version, suite }) => `${version} (${suite})`).join(', ');
  return new InfrastructureError(
    'APT_NO_CANDIDATE',
    `Debian offers no package ${name}${which && ` ${which}`}`,
    { hint: offered ? `It offers: ${offered}.` : 'Check the name at https://packages.debian.org.' },
  );
}

/** Whether a file has the right size and, if apt gave one, the right SHA-256. */
async function isIntact(path: string, file: AptFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== file.bytes) return false;
  if (!file.hash.startsWith('SHA256:')) return true;
  return (await digestOfFile(path)) === file.hash.slice('SHA256:'.length);
}
