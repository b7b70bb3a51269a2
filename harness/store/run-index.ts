import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { debugError } from '../debug.ts';
import { HarnessError, isSystemError } from '../errors.ts';
import { namesIn } from '../files/existing.ts';
import { makeFolders } from '../files/make-folders.ts';
import type { RunFolder } from './run-folder.ts';
import { type RunSummary, runSummaryFormat, type SummarisedCell } from './run-summary.ts';
import { readStoredFile, writeStoredFile } from './stored-file.ts';

const ending = '.json';

/**
 * The summaries of the runs in a folder, in its `.index/`. This is only a cache: a summary that is missing, damaged or older
 * than its run is recreated from the journal, and a read-only folder has no index.
 */
export class RunIndex {
  readonly #path: string;

  /** @param root the folder of the runs */
  constructor(root: string) {
    this.#path = join(root, '.index');
  }

  /**
   * The summary of a run in its current state.
   * @param summarise creates it if it is not in the index
   * @throws whatever `summarise` throws; Error of stat(2)
   */
  async obtain(folder: RunFolder, summarise: () => Promise<SummarisedCell[]>): Promise<SummarisedCell[]> {
    // Before the files are read, so that a run that is still being written is summarised again the next time.
    const state = await folder.state();
    const found = await this.#find(folder.name, state);
    if (found !== undefined) return found;
    const cells = await summarise();
    await this.#keep(folder.name, { version: 1, state, cells });
    return cells;
  }

  /** Removes the summaries of runs that no longer exist. */
  async forgetAllBut(runs: readonly RunFolder[]): Promise<void> {
    const known = new Set(runs.map(({ name }) => `${name}${ending}`));
    for (const name of await namesIn(this.#path)) {
      if (known.has(name) || !name.endsWith(ending)) continue;
      await rm(join(this.#path, name), { force: true }).catch(debugError);
    }
  }

  async #find(name: string, state: string): Promise<SummarisedCell[] | undefined> {
    try {
      const summary = await readStoredFile(join(this.#path, `${name}${ending}`), runSummaryFormat);
      return summary.state === state ? summary.cells : undefined;
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      // Missing or damaged: recreate it.
      return undefined;
    }
  }

  async #keep(name: string, summary: RunSummary): Promise<void> {
    try {
      await makeFolders(this.#path);
      await writeStoredFile(join(this.#path, `${name}${ending}`), runSummaryFormat, summary, JSON.stringify);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // The folder is read-only or the disk is full: the next history reads the journal again.
      debugError(error);
    }
  }
}
