import { RustSymbolCursor } from './rust-symbol-cursor.ts';

/** Characters of a path; a symbol that prints more of its back-references is given up. */
const pathLimit = 2048;
/** Lifetimes that one binder may bring. */
const binderLimit = 128;

const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

/**
 * Reads the path of a Rust symbol in the v0 mangling (RFC 2603, the grammar of "Symbol Mangling" in the book of rustc)
 * and writes it as rustc-demangle does, without the hashes of crates. Constants are read as far as they are integers,
 * booleans or characters. After the first mistake it reads nothing more; recursion, back-references and what they
 * print are bounded.
 */
export class RustPathReader {
  readonly #cursor: RustSymbolCursor;
  #out = '';
  #silent = false;
  #lifetimes = 0;

  /** @param symbol the symbol without `_R` */
  constructor(symbol: string) {
    this.#cursor = new RustSymbolCursor(symbol);
  }

  /** The path and the rest of the symbol; undefined if there is no path. */
  read(): { path: string; rest: string } | undefined {
    this.#path(true);
    // The crate that made an instance of a generic function.
    if (/[A-Z]/.test(this.#cursor.peek())) this.#quietly(() => this.#path(false));
    return this.#cursor.failed ? undefined : { path: this.#out, rest: this.#cursor.rest };
  }

  #print(text: string): void {
    if (this.#silent) return;
    this.#out += text;
    if (this.#out.length > pathLimit) this.#cursor.fail();
  }

  #quietly(read: () => void): void {
    const wasSilent = this.#silent;
    this.#silent = true;
    read();
    this.#silent = wasSilent;
  }

  #backReference(read: () => void): void {
    this.#cursor.backReference(read, this.#silent);
  }

  #list(read: () => void, separator = ', '): number {
    let count = 0;
    while (!this.#cursor.failed && !this.#cursor.eat('E')) {
      if (count++ > 0) this.#print(separator);
      read();
    }
    return count;
  }

  #path(inValue: boolean): void {
    this.#cursor.within(() => this.#pathParts(this.#cursor.next(), inValue));
  }

  #pathParts(tag: string, inValue: boolean): void {
    if (tag === 'C') {
      this.#cursor.optionalInteger('s');
      this.#print(this.#cursor.identifier());
    } else if (tag === 'N') this.#nestedPath(inValue);
    else if (tag === 'M' || tag === 'X' || tag === 'Y') this.#implementation(tag);
    else if (tag === 'I') {
      this.#path(inValue);
      this.#print(inValue ? '::<' : '<');
      this.#list(() => this.#genericArgument());
      this.#print('>');
    } else if (tag === 'B') this.#backReference(() => this.#path(inValue));
    else this.#cursor.fail();
  }

  #nestedPath(inValue: boolean): void {
    const namespace = this.#cursor.next();
    if (!/[A-Za-z]/.test(namespace)) {
      this.#cursor.fail();
      return;
    }
    this.#path(inValue);
    const disambiguator = this.#cursor.optionalInteger('s');
    const name = this.#cursor.identifier();
    if (/[a-z]/.test(namespace)) {
      if (name !== '') this.#print(`::${name}`);
      return;
    }
    const kinds: Readonly<Record<string, string>> = { C: 'closure', S: 'shim' };
    const kind = kinds[namespace] ?? namespace;
    this.#print(`::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`);
  }

  /** `<Type>` or `<Type as Trait>`; the location of the `impl` does not matter. */
  #implementation(tag: string): void {
    if (tag !== 'Y') {
      this.#cursor.optionalInteger('s');
      this.#quietly(() => this.#path(false));
    }
    this.#print('<');
    this.#type();
    if (tag !== 'M') {
      this.#print(' as ');
      this.#path(false);
    }
    this.#print('>');
  }

  #genericArgument(): void {
    if (this.#cursor.eat('L')) this.#lifetime(this.#cursor.integer());
    else if (this.#cursor.eat('K')) this.#constant();
    else this.#type();
  }

  #lifetime(index: number): void {
    if (this.#silent) return;
    const depth = this.#lifetimes - index;
    if (index === 0) this.#print("'_");
    else if (depth < 0) this.#cursor.fail();
    else this.#print(depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`);
  }

  #type(): void {
    const tag = this.#cursor.next();
    const basic = basicTypes[tag];
    if (basic !== undefined) this.#print(basic);
    else this.#cursor.within(() => this.#compoundType(tag));
  }

  #compoundType(tag: string): void {
    if (tag === 'R' || tag === 'Q') this.#reference(tag);
    else if (tag === 'P' || tag === 'O') {
      this.#print(tag === 'P' ? '*const ' : '*mut ');
      this.#type();
    } else if (tag === 'A' || tag === 'S') this.#array(tag);
    else if (tag === 'T') {
      this.#print('(');
      const count = this.#list(() => this.#type());
      this.#print(count === 1 ? ',)' : ')');
    } else if (tag === 'F') this.#inBinder(() => this.#functionType());
    else if (tag === 'D') this.#traitObject();
    else if (tag === 'B') this.#backReference(() => this.#type());
    else {
      this.#cursor.back();
      this.#path(false);
    }
  }

  #reference(tag: string): void {
    this.#print('&');
    const lifetime = this.#cursor.eat('L') ? this.#cursor.integer() : 0;
    if (lifetime > 0) {
      this.#lifetime(lifetime);
      this.#print(' ');
    }
    if (tag === 'Q') this.#print('mut ');
    this.#type();
  }

  /** `[type; length]` or `[type]`. */
  #array(tag: string): void {
    this.#print('[');
    this.#type();
    if (tag === 'A') {
      this.#print('; ');
      this.#constant();
    }
    this.#print(']');
  }

  /** `for<'a> `, whose lifetimes are known inside. */
  #inBinder(read: () => void): void {
    const bound = this.#cursor.optionalInteger('G');
    if (bound > binderLimit) {
      this.#cursor.fail();
      return;
    }
    if (this.#silent) {
      read();
      return;
    }
    if (bound > 0) this.#print('for<');
    for (let index = 0; index < bound; index++) {
      if (index > 0) this.#print(', ');
      this.#lifetimes++;
      this.#lifetime(1);
    }
    if (bound > 0) this.#print('> ');
    read();
    this.#lifetimes -= bound;
  }

  #functionType(): void {
    if (this.#cursor.eat('U')) this.#print('unsafe ');
    if (this.#cursor.eat('K')) {
      const abi = this.#cursor.eat('C') ? 'C' : this.#cursor.identifier().replaceAll('_', '-');
      this.#print(`extern "${abi}" `);
    }
    this.#print('fn(');
    this.#list(() => this.#type());
    this.#print(')');
    if (this.#cursor.eat('u')) return;
    this.#print(' -> ');
    this.#type();
  }

  #traitObject(): void {
    this.#print('dyn ');
    this.#inBinder(() => this.#list(() => this.#traitBound(), ' + '));
    if (!this.#cursor.eat('L')) {
      this.#cursor.fail();
      return;
    }
    const lifetime = this.#cursor.integer();
    if (lifetime === 0) return;
    this.#print(' + ');
    this.#lifetime(lifetime);
  }

  #traitBound(): void {
    let isOpen = this.#openPath();
    while (this.#cursor.eat('p')) {
      this.#print(isOpen ? ', ' : '<');
      isOpen = true;
      this.#print(`${this.#cursor.identifier()} = `);
      if (this.#cursor.eat('K')) this.#constant();
      else this.#type();
    }
    if (isOpen) this.#print('>');
  }

  /** A path whose `<` is left open for associated types; whether it has one. */
  #openPath(): boolean {
    let isOpen = false;
    if (this.#cursor.eat('B'))
      this.#backReference(() => {
        isOpen = this.#openPath();
      });
    else if (this.#cursor.eat('I')) {
      this.#path(false);
      this.#print('<');
      this.#list(() => this.#genericArgument());
      isOpen = true;
    } else this.#path(false);
    return isOpen;
  }

  #constant(): void {
    const tag = this.#cursor.next();
    if (tag === 'p') this.#print('_');
    else if (tag === 'B') this.#backReference(() => this.#constant());
    else if (tag !== '' && 'bchtmyojaslxni'.includes(tag)) this.#literal(tag);
    else this.#cursor.fail();
  }

  #literal(tag: string): void {
    const sign = 'aslxni'.includes(tag) && this.#cursor.eat('n') ? '-' : '';
    const hex = this.#cursor.hexadecimal();
    const value = BigInt(`0x0${hex}`);
    if (tag === 'b' && value > 1n) this.#cursor.fail();
    else if (tag === 'b') this.#print(value === 1n ? 'true' : 'false');
    else if (tag === 'c') this.#print(`'${characterOf(value)}'`);
    else this.#print(`${sign}${value < 1n << 64n ? value : `0x${hex}`}`);
  }
}

function characterOf(point: bigint): string {
  const isPlain = point >= 0x20n && point < 0x7fn && point !== 0x27n && point !== 0x5cn;
  return isPlain ? String.fromCharCode(Number(point)) : `\\u{${point.toString(16)}}`;
}
