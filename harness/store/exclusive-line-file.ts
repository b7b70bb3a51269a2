import { InfrastructureError } from '../errors.ts';
import { LineFile } from '../files/line-file.ts';
import { FileLock } from '../files/lock.ts';

/** How to open an exclusive line file. */
export interface LineFileUse {
  /** What it is used for, shown to others that want it: `bisecting`. */
  purpose: string;
  /** The command that continues after a failed write: `modstorm run --resume`. */
  resume: string;
}

/** An append-only file of lines that only one process at a time can have open; see LineFile. */
export class ExclusiveLineFile implements AsyncDisposable {
  readonly path: string;
  readonly #file: LineFile;
  readonly #lock: FileLock;
  readonly #resume: string;

  private constructor(file: LineFile, lock: FileLock, resume: string) {
    this.path = file.path;
    this.#file = file;
    this.#lock = lock;
    this.#resume = resume;
  }

  /** Creates a file that must not exist. @throws InfrastructureError LOCK_HELD; Error EEXIST and others of open(2) */
  static create(path: string, use: LineFileUse): Promise<ExclusiveLineFile> {
    return ExclusiveLineFile.#locked(path, use, () => LineFile.create(path));
  }

  /**
   * Opens a file, or creates an empty one. It must be read and cut to its complete lines before appending.
   * @throws InfrastructureError LOCK_HELD, FILE_IRREGULAR; Error of open(2)
   */
  static open(path: string, use: LineFileUse): Promise<ExclusiveLineFile> {
    return ExclusiveLineFile.#locked(path, use, () => LineFile.open(path));
  }

  /** The content of the file. */
  read(): Promise<Buffer> {
    return this.#file.read();
  }

  /** Keeps the first bytes. The next line is appended after them. */
  cut(bytes: number): Promise<void> {
    return this.#file.cut(bytes);
  }

  /**
   * Appends a line, including its newline, and waits until it is on disk. Calls are queued in order.
   * @throws InfrastructureError JOURNAL_WRITE_FAILED (disk full); the file stays intact
   */
  async append(line: string): Promise<void> {
    try {
      await this.#file.append(line);
    } catch (error) {
      throw new InfrastructureError('JOURNAL_WRITE_FAILED', `${this.path}: ${(error as Error).message}`, {
        hint: `Free some disk space, then continue with \`${this.#resume}\`.`,
        cause: error,
      });
    }
  }

  /** Waits for pending writes, closes the file and releases the lock. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await this.#lock.release();
  }

  static async #locked(
    path: string,
    { purpose, resume }: LineFileUse,
    open: () => Promise<LineFile>,
  ): Promise<ExclusiveLineFile> {
    const lock = await FileLock.acquire(`${path}.lock`, { purpose, wait: false });
    try {
      return new ExclusiveLineFile(await open(), lock, resume);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}

/** Prepares a file that was just opened for its caller; closes it if that fails. */
export async function closeOnError<Result>(
  file: AsyncDisposable,
  prepare: () => Promise<Result>,
): Promise<Result> {
  try {
    return await prepare();
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
