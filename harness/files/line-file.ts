import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { openRegularFile } from './regular-file.ts';

/**
 * An append-only file of lines. A line is on disk when its append has settled. Only the last line can be incomplete after
 * a crash, and opening the file removes it.
 */
export class LineFile {
  readonly path: string;
  readonly #file: FileHandle;
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Creates a file that must not exist. @throws Error EEXIST and others of open(2) */
  static async create(path: string): Promise<LineFile> {
    return new LineFile(path, await open(path, 'wx'));
  }

  /** Opens a file, or creates an empty one. It must be read and cut to its complete lines before appending. */
  static async open(path: string): Promise<LineFile> {
    return new LineFile(path, await openRegularFile(path, constants.O_RDWR | constants.O_CREAT));
  }

  /** The content of the file. */
  read(): Promise<Buffer> {
    return this.#file.readFile();
  }

  /** Keeps the first bytes. The next line is appended after them. */
  async cut(bytes: number): Promise<void> {
    if ((await this.#file.stat()).size !== bytes) {
      await this.#file.truncate(bytes);
      await this.#file.sync();
    }
    this.#bytes = bytes;
  }

  /**
   * Appends a line, including its newline, and waits until it is on disk. Calls are queued in order.
   * @throws Error of write(2), such as ENOSPC; the file stays intact, and the next call may succeed
   */
  append(line: string): Promise<void> {
    // A failed write rejects its own call and does not stop the next.
    const written = this.#last.catch(() => undefined).then(() => this.#write(Buffer.from(line)));
    this.#last = written;
    return written;
  }

  /** Waits for pending writes and closes the file. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close();
  }

  async #write(line: Buffer): Promise<void> {
    try {
      let done = 0;
      while (done < line.length) {
        done += (await this.#file.write(line, done, line.length - done, this.#bytes + done)).bytesWritten;
      }
      await this.#file.datasync();
      this.#bytes += line.length;
    } catch (error) {
      // An incomplete line would corrupt the next one: remove it.
      await this.#file.truncate(this.#bytes).catch(() => undefined);
      throw error;
    }
  }
}
