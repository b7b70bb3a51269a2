import { dirname } from 'node:path';
import { hasCode, InfrastructureError, UsageError } from '../../errors.ts';
import { syncFolder } from '../../files/atomic.ts';
import { LineFile } from '../../files/line-file.ts';
import { FileLock } from '../../files/lock.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import type { Observation } from '../search/observation.ts';
import { encodeLine, parseSearchLog, type SearchHeader, type SearchLog } from '../search/search-log.ts';

/** The log of a bisection on disk; only one process at a time can open it. */
export class BisectionLog implements AsyncDisposable {
  readonly #file: LineFile;
  readonly #lock: FileLock;

  private constructor(file: LineFile, lock: FileLock) {
    this.#file = file;
    this.#lock = lock;
  }

  /** Creates a log. @throws InfrastructureError LOCK_HELD, JOURNAL_WRITE_FAILED; EEXIST if it exists */
  static async create(path: string, header: SearchHeader): Promise<BisectionLog> {
    return BisectionLog.#locked(path, async lock => {
      const log = new BisectionLog(await LineFile.create(path), lock);
      await log.#write(encodeLine(header));
      await syncFolder(dirname(path));
      return log;
    });
  }

  /**
   * Continues a log; an incomplete last line is removed.
   * @throws InfrastructureError LOCK_HELD, BISECT_LOG_DAMAGED, FILE_VERSION
   */
  static async resume(path: string): Promise<{ log: BisectionLog; content: SearchLog }> {
    return BisectionLog.#locked(path, async lock => {
      const file = await LineFile.open(path);
      try {
        const content = parseSearchLog((await file.read()).toString('utf8'), path);
        await file.cut(content.bytes);
        return { log: new BisectionLog(file, lock), content };
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  /** Appends an observation and syncs it to disk. @throws InfrastructureError JOURNAL_WRITE_FAILED */
  append(observation: Observation): Promise<void> {
    return this.#write(encodeLine(observation));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await this.#lock.release();
  }

  static async #locked<Result>(path: string, open: (lock: FileLock) => Promise<Result>): Promise<Result> {
    const lock = await FileLock.acquire(`${path}.lock`, { purpose: 'bisecting', wait: false });
    try {
      return await open(lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #write(line: string): Promise<void> {
    try {
      await this.#file.append(line);
    } catch (error) {
      const message = `${this.#file.path}: ${(error as Error).message}`;
      throw new InfrastructureError('JOURNAL_WRITE_FAILED', message, {
        hint: 'Free some disk space, then continue with `modstorm bisect --resume`.',
        cause: error,
      });
    }
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
