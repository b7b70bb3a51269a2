import { StringDecoder } from 'node:string_decoder';

/** Maximum length of a delivered line, in characters. A longer line is delivered in pieces of this length. */
export const lineLimit = 64 * 1024;

/** What to do with the output of a program. */
export interface OutputOptions {
  /** Maximum number of bytes to keep in memory. Later output is only delivered as lines. */
  limit: number;
  /** Called for each line without its newline. */
  onLine?: ((line: string) => void) | undefined;
}

/**
 * Collects one stream of a program: the first `limit` bytes as text, and every line by callback. UTF-8 characters that
 * span two chunks stay intact, and an endless line cannot fill the memory.
 */
export class OutputCollector {
  readonly #options: OutputOptions;
  readonly #decoder = new StringDecoder('utf8');
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #partial = '';

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Adds a chunk of the stream. */
  push(chunk: Buffer): void {
    const room = this.#options.limit - this.#keptBytes;
    if (room > 0) {
      const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
      this.#kept.push(piece);
      this.#keptBytes += piece.length;
    }
    if (this.#options.onLine) this.#deliver(this.#decoder.write(chunk));
  }

  /** Ends the stream, and delivers an incomplete last line. */
  end(): void {
    if (!this.#options.onLine) return;
    this.#deliver(this.#decoder.end());
    if (this.#partial) this.#options.onLine(this.#partial);
    this.#partial = '';
  }

  /** The kept output, as text. */
  get text(): string {
    return Buffer.concat(this.#kept).toString('utf8');
  }

  #deliver(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#options.onLine?.(line);
    while (this.#partial.length > lineLimit) {
      this.#options.onLine?.(this.#partial.slice(0, lineLimit));
      this.#partial = this.#partial.slice(lineLimit);
    }
  }
}
