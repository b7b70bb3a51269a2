import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** Most bytes of console that are read; more is a flood. */
const consoleLimit = 16 * 1024 ** 2;
/** Longest console line, in characters; the kernel's own records end at 1 KiB. The rest of a longer line is cut. */
export const consoleLineLimit = 4096;
const chunkLength = 64 * 1024;

/** Follows the file that QEMU writes the serial console to. What the guest prints is hostile: everything is bounded. */
export class ConsoleTail {
  readonly #path: string;
  readonly #limit: number;
  readonly #decoder = new StringDecoder('utf8');
  #file: FileHandle | undefined;
  #offset = 0;
  #partial = '';
  #cutting = false;

  constructor(path: string, limit: number = consoleLimit) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#offset;
  }

  /** The guest printed more than the limit; nothing beyond is read. */
  get flooded(): boolean {
    return this.#offset >= this.#limit;
  }

  /** Reads what was added since the last call and returns the complete lines of it. */
  async read(): Promise<string[]> {
    this.#file ??= await openIfThere(this.#path);
    if (!this.#file) return [];
    const lines: string[] = [];
    const chunk = Buffer.allocUnsafe(chunkLength);
    while (!this.flooded) {
      const room = Math.min(chunkLength, this.#limit - this.#offset);
      const { bytesRead } = await this.#file.read(chunk, 0, room, this.#offset);
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      this.#split(this.#decoder.write(chunk.subarray(0, bytesRead)), lines);
    }
    return lines;
  }

  /** Reads to the end, with an unfinished last line, and lets the file go. */
  async close(): Promise<string[]> {
    const lines = await this.read();
    if (this.#partial) lines.push(this.#partial);
    this.#partial = '';
    await this.#file?.close();
    this.#file = undefined;
    return lines;
  }

  #split(text: string, lines: string[]): void {
    const pieces = text.split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#append(piece);
      lines.push(this.#partial.replace(/\r+$/, ''));
      this.#partial = '';
      this.#cutting = false;
    }
    this.#append(rest);
  }

  #append(text: string): void {
    if (this.#cutting) return;
    this.#partial += text;
    if (this.#partial.length > consoleLineLimit) {
      this.#partial = `${this.#partial.slice(0, consoleLineLimit)}…`;
      this.#cutting = true;
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
