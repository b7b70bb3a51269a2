import { StringDecoder } from 'node:string_decoder';

/** Longest line that is delivered in one piece, in characters; a longer one comes in pieces of this length. */
export const lineLimit = 64 * 1024;

/** Where the output of a program goes as it comes. */
export interface OutputOptions {
  /** Most bytes kept in memory; what comes later is only delivered as lines. */
  limit: number;
  /** Called for each line without its newline. */
  onLine?: ((line: string) => void) | undefined;
}

/**
 * Collects one stream of a program: the first `limit` bytes as text, every line by callback. UTF-8 characters that
 * two chunks share stay whole, and a line without end cannot fill the memory.
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

  /** Takes a chunk as the stream gave it. */
  push(chunk: Buffer): void {
    const room = this.#options.limit - this.#keptBytes;
    if (room > 0) {
      const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
      this.#kept.push(piece);
      this.#keptBytes += piece.length;
    }
    if (this.#options.onLine) this.#deliver(this.#decoder.write(chunk));
  }

  /** The stream is over: delivers an unfinished last line. */
  end(): void {
    if (!this.#options.onLine) return;
    this.#deliver(this.#decoder.end());
    if (this.#partial) this.#options.onLine(this.#partial);
    this.#partial = '';
  }

  /** What was kept, as text. */
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
