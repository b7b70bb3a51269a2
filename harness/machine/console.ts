import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** Maximum number of console bytes to read. More is a flood. */
const consoleLimit = 16 * 1024 ** 2;
/** Maximum length of a console line, in characters. The kernel's own records end at 1 KiB. Longer lines are cut. */
export const consoleLineLimit = 4096;
const chunkLength = 64 * 1024;

/** Follows the file to which QEMU writes the serial console. Guest output is hostile, so everything is bounded. */
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

  /** Whether the guest printed more than the limit. Nothing beyond it is read. */
  get flooded(): boolean {
    return this.#offset >= this.#limit;
  }

  /** Reads what was added since the last call and returns its complete lines. */
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

  /** Reads to the end, including an incomplete last line, and closes the file. */
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
