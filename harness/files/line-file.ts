import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { openRegularFile } from './regular-file.ts';

/**
 * A file of lines that only grows. A line is on the disk when its append has settled, and no line is ever half there but
 * the last one after a crash, which whoever opens the file cuts off.
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

  /** Makes a file that must not be there. @throws Error EEXIST and others of open(2) */
  static async create(path: string): Promise<LineFile> {
    return new LineFile(path, await open(path, 'wx'));
  }

  /** Opens a file, or makes an empty one. Before anything is appended it must be read, and cut to what is whole. */
  static async open(path: string): Promise<LineFile> {
    return new LineFile(path, await openRegularFile(path, constants.O_RDWR | constants.O_CREAT));
  }

  /** All that is in the file. */
  read(): Promise<Buffer> {
    return this.#file.readFile();
  }

  /** Keeps the first bytes, behind which the next line goes. */
  async cut(bytes: number): Promise<void> {
    if ((await this.#file.stat()).size !== bytes) {
      await this.#file.truncate(bytes);
      await this.#file.sync();
    }
    this.#bytes = bytes;
  }

  /**
   * Appends a line, its newline included, and waits until the disk has it. Calls queue up in order.
   * @throws Error of write(2), such as ENOSPC; the file stays whole, and the next call may succeed
   */
  append(line: string): Promise<void> {
    // A failed write rejects its own call and does not stop the next.
    const written = this.#last.catch(() => undefined).then(() => this.#write(Buffer.from(line)));
    this.#last = written;
    return written;
  }

  /** Waits for what is being written and closes the file. */
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
      // Half a line would damage the file for the next one: take it back.
      await this.#file.truncate(this.#bytes).catch(() => undefined);
      throw error;
    }
  }
}
