import { type FileHandle, open } from 'node:fs/promises';

/**
 * A file that is written in the background, in order. Unlike a Node stream it has no error event to listen to: the first
 * failure is thrown by the next `write`, and by `close`.
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

  /** Creates an empty file, replacing an existing one. @throws Error of open(2) */
  static async create(path: string): Promise<BackgroundFile> {
    return new BackgroundFile(path, await open(path, 'w'));
  }

  /** Queues text to be written soon. @throws Error of an earlier write(2), such as ENOSPC */
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

  /** Settles when the queue is empty. Never rejects. */
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
