/** Bounds of one symbol: a hostile one is given up. */
const limits = { depth: 128, steps: 4096 } as const;

/**
 * A place in a Rust symbol of the v0 mangling, and the tokens that its grammar is made of. After the first mistake, or
 * beyond the bounds, nothing more is read: every character is the empty string then.
 */
export class RustSymbolCursor {
  readonly #symbol: string;
  #at = 0;
  #failed = false;
  #depth = 0;
  #steps = 0;

  /** @param symbol the symbol without `_R` */
  constructor(symbol: string) {
    this.#symbol = symbol;
  }

  /** Whether a mistake was met. */
  get failed(): boolean {
    return this.#failed;
  }

  /** What was not read. */
  get rest(): string {
    return this.#symbol.slice(this.#at);
  }

  /** Ends the reading. */
  fail(): void {
    this.#failed = true;
  }

  /** The next character, which stays. */
  peek(): string {
    return this.#failed ? '' : (this.#symbol[this.#at] ?? '');
  }

  /** Takes the next character; a mistake at the end of the symbol. */
  next(): string {
    const character = this.peek();
    if (character === '') this.fail();
    this.#at++;
    return character;
  }

  /** Gives the last character back. */
  back(): void {
    this.#at--;
  }

  /** Takes the next character if it is this one. */
  eat(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at++;
    return true;
  }

  /** Reads one level down, unless that is beyond the bounds. */
  within(read: () => void): void {
    if (++this.#steps > limits.steps || this.#depth >= limits.depth) {
      this.fail();
      return;
    }
    this.#depth++;
    read();
    this.#depth--;
  }

  /** A number to the base of 62: `_` is 0, `0_` is 1. */
  integer(): number {
    if (this.eat('_')) return 0;
    const digits = this.#take(/^[0-9a-zA-Z]{1,11}(?=_)/);
    this.#at++;
    return [...digits].reduce((value, digit) => value * 62 + base62(digit), 0) + 1;
  }

  /** A number behind a tag; 0 without the tag. */
  optionalInteger(tag: string): number {
    return this.eat(tag) ? this.integer() + 1 : 0;
  }

  /** A name with its length before it; letters beyond ASCII stay in Punycode, as the kernel has none. */
  identifier(): string {
    const isPunycode = this.eat('u');
    const length = Number(this.#take(/^(?:0|[1-9]\d{0,3})/));
    this.eat('_');
    const end = this.#at + length;
    if (end > this.#symbol.length) this.fail();
    const name = this.#symbol.slice(this.#at, end);
    this.#at = end;
    return isPunycode ? `punycode{${name.replace(/_(?=[^_]*$)/, '-')}}` : name;
  }

  /** The hexadecimal digits of a constant. */
  hexadecimal(): string {
    const digits = this.#take(/^[0-9a-f]{0,64}(?=_)/);
    this.#at++;
    return digits;
  }

  /** Reads from an earlier place of the symbol, whose tag was just taken; it may refer to an earlier one still. */
  backReference(read: () => void, isSilent: boolean): void {
    const start = this.#at - 1;
    const target = this.integer();
    if (target >= start) {
      this.fail();
      return;
    }
    if (isSilent) return;
    const after = this.#at;
    this.#at = target;
    this.within(read);
    this.#at = after;
  }

  #take(pattern: RegExp): string {
    const token = this.#failed ? undefined : pattern.exec(this.#symbol.slice(this.#at, this.#at + 65))?.[0];
    if (token === undefined) this.fail();
    this.#at += token?.length ?? 0;
    return token ?? '';
  }
}

function base62(digit: string): number {
  if (digit <= '9') return digit.charCodeAt(0) - 48;
  return digit >= 'a' ? digit.charCodeAt(0) - 97 + 10 : digit.charCodeAt(0) - 65 + 36;
}
