import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { syncFolder } from '../files/atomic.ts';
import { makeFolders } from '../files/make-folders.ts';
import { type Baseline, formatBaseline } from './baseline.ts';
import { baselineFormat } from './baseline-schema.ts';
import { readStoredFile, writeStoredFile } from './stored-file.ts';

const baselineName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The baselines in a folder (`results/baselines`), one file each. */
export class BaselineStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Path of a baseline. @throws UsageError BASELINE_NAME */
  path(name: string): string {
    if (!baselineName.test(name) || name.endsWith('.json')) {
      throw new UsageError('BASELINE_NAME', `${JSON.stringify(name)} is not a valid name for a baseline`, {
        hint: 'Use letters, digits, dots, dashes and underscores, without .json: nightly-6.12.',
      });
    }
    return join(this.folder, `${name}.json`);
  }

  /**
   * Saves a baseline and returns its path.
   * @throws UsageError BASELINE_EXISTS unless `replace` is set: a baseline is never replaced implicitly
   */
  async save(baseline: Baseline, options: { replace?: boolean } = {}): Promise<string> {
    const path = this.path(baseline.name);
    await makeFolders(this.folder);
    if (!options.replace && (await this.names()).includes(baseline.name)) {
      throw new UsageError('BASELINE_EXISTS', `the baseline ${baseline.name} already exists: ${path}`, {
        hint: 'Choose another name, or use --replace.',
      });
    }
    await writeStoredFile(path, baselineFormat, baseline, formatBaseline);
    return path;
  }

  /** @throws UsageError BASELINE_UNKNOWN; InfrastructureError FILE_DAMAGED, FILE_VERSION */
  async load(name: string): Promise<Baseline> {
    await this.#demand(name);
    return loadBaseline(this.path(name));
  }

  /** All baselines, by name. */
  async list(): Promise<Baseline[]> {
    return Promise.all((await this.names()).map(name => loadBaseline(this.path(name))));
  }

  /** @throws UsageError BASELINE_UNKNOWN */
  async remove(name: string): Promise<void> {
    await this.#demand(name);
    await rm(this.path(name));
    await syncFolder(this.folder);
  }

  /** Names of the baselines, sorted; empty if the folder does not exist. */
  async names(): Promise<string[]> {
    const files = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] as string[];
      throw error;
    });
    const names = files.filter(file => file.endsWith('.json')).map(file => file.slice(0, -5));
    return names.filter(name => baselineName.test(name)).sort();
  }

  async #demand(name: string): Promise<void> {
    this.path(name);
    const names = await this.names();
    if (names.includes(name)) return;
    throw new UsageError('BASELINE_UNKNOWN', `there is no baseline ${name} in ${this.folder}`, {
      hint:
        names.length > 0
          ? `Known baselines: ${names.join(', ')}.`
          : 'Save one with `modstorm baseline save NAME RUN`.',
    });
  }
}

/** Reads a baseline by path. @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
export function loadBaseline(path: string): Promise<Baseline> {
  return readStoredFile(path, baselineFormat);
}
