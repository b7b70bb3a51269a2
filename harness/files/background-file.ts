import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file that is written behind the back of whoever has something to say, in order. Unlike a stream of Node it has no
 * error event that somebody must listen to: the first failure comes out of the next `write`, and of `close`.
 */
export class BackgroundFile {
  readonly path: string;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Makes an empty file, in the place of one that is there. @throws Error of open(2) */
  static async create(path: string): Promise<BackgroundFile> {
    return new BackgroundFile(path, await open(path, 'w'));
  }

  /** Takes text to be written soon. @throws Error of write(2), such as ENOSPC, of what was to be written before */
  write(text: string): void {
    if (this.#failure) throw this.#failure.error;
    this.#waiting.push(text);
    this.#writing ??= this.#drain();
  }

  /** Waits until all is written and closes the file. @throws Error of write(2) */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
    if (this.#failure) throw this.#failure.error;
  }

  /** Settles when nothing waits any more; never rejects. */
  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const text = this.#waiting.join('');
        this.#waiting = [];
        await this.#file.appendFile(text);
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#writing = undefined;
  }
}
