import { RustPathReader } from './rust-path.ts';

/** Longest symbol that is demangled; KSYM_NAME_LEN of include/linux/kallsyms.h is 512. */
const symbolLimit = 511;
/** What compilers and linkers append: `.llvm.123`, `.cold`, `.isra.0`. */
const suffix = /^(?:\.[\w.@]*)?$/;

const escapes: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

/**
 * The path that a Rust symbol stands for, in the v0 mangling (`_R…`) of which kernels are built, or the legacy one
 * (`_ZN…17h…E`); without hashes and compiler suffixes, as `rustfilt` prints it. Undefined for all other symbols, also
 * for what only looks like one of Rust.
 */
export function demangleRust(symbol: string): string | undefined {
  if (symbol.length > symbolLimit || /[^\w.$@]/.test(symbol)) return undefined;
  if (symbol.startsWith('_R')) {
    const read = new RustPathReader(symbol.slice(2)).read();
    return read && suffix.test(read.rest) ? read.path : undefined;
  }
  return symbol.startsWith('_ZN') ? legacyPath(symbol) : undefined;
}

/** Names with their lengths, and a hash last; C++ has the same form without the hash. */
function legacyPath(symbol: string): string | undefined {
  const names: string[] = [];
  let at = '_ZN'.length;
  while (symbol[at] !== 'E') {
    const digits = /^\d{1,3}/.exec(symbol.slice(at, at + 3))?.[0];
    if (digits === undefined) return undefined;
    at += digits.length + Number(digits);
    if (at > symbol.length) return undefined;
    names.push(symbol.slice(at - Number(digits), at));
  }
  if (!/^h[0-9a-f]{16}$/.test(names.pop() ?? '') || !suffix.test(symbol.slice(at + 1))) return undefined;
  return names.length === 0 ? undefined : names.map(plainName).join('::');
}

function plainName(name: string): string {
  return name
    .replace(/^_(?=\$)/, '')
    .replaceAll('..', '::')
    .replace(/\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g, (spelt, code?: string, letters?: string) => {
      if (code === undefined) return escapes[letters ?? ''] ?? spelt;
      const point = Number.parseInt(code, 16);
      return point >= 0x20 && point < 0x7f ? String.fromCharCode(point) : spelt;
    });
}
