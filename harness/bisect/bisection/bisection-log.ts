import { dirname } from 'node:path';
import { hasCode, UsageError } from '../../errors.ts';
import { syncFolder } from '../../files/atomic.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import { closeOnError, ExclusiveLineFile } from '../../store/exclusive-line-file.ts';
import type { Observation } from '../search/observation.ts';
import type { Limits } from '../search/options.ts';
import { encodeLine, parseSearchLog, type SearchHeader, type SearchLog } from '../search/search-log.ts';

const use = { purpose: 'bisecting', resume: 'modstorm bisect --resume' };

/** The log of a bisection on disk; only one process at a time can open it. */
export class BisectionLog implements AsyncDisposable {
  readonly #file: ExclusiveLineFile;

  private constructor(file: ExclusiveLineFile) {
    this.#file = file;
  }

  /** Creates a log. @throws InfrastructureError LOCK_HELD, JOURNAL_WRITE_FAILED; EEXIST if it exists */
  static async create(path: string, header: SearchHeader): Promise<BisectionLog> {
    const file = await ExclusiveLineFile.create(path, use);
    return closeOnError(file, async () => {
      await file.append(encodeLine(header));
      await syncFolder(dirname(path));
      return new BisectionLog(file);
    });
  }

  /**
   * Continues a log; an incomplete last line is removed.
   * @throws InfrastructureError LOCK_HELD, BISECT_LOG_DAMAGED, FILE_VERSION
   */
  static async resume(path: string): Promise<{ log: BisectionLog; content: SearchLog }> {
    const file = await ExclusiveLineFile.open(path, use);
    return closeOnError(file, async () => {
      const content = parseSearchLog((await file.read()).toString('utf8'), path);
      await file.cut(content.bytes);
      return { log: new BisectionLog(file), content };
    });
  }

  /** Appends an observation or new limits and syncs it to disk. @throws InfrastructureError JOURNAL_WRITE_FAILED */
  append(line: Observation | Limits): Promise<void> {
    return this.#file.append(encodeLine(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

/**
 * Reads a log, even while it is being written.
 * @throws UsageError BISECT_UNKNOWN; InfrastructureError BISECT_LOG_DAMAGED, FILE_VERSION
 */
export async function readBisectionLog(path: string): Promise<SearchLog> {
  const text = await readRegularFile(path, 'utf8').catch(error => {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'FILE_IRREGULAR')) throw error;
    throw new UsageError('BISECT_UNKNOWN', `${path} is not the log of a bisection`, {
      hint: 'Give the folder of a bisection, or its bisect.ndjson.',
    });
  });
  return parseSearchLog(text, path);
}
