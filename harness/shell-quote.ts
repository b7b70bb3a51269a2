const safe = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A command line that a POSIX shell splits into exactly these words; words that need no quoting stay readable. */
export function shellQuote(words: readonly string[]): string {
  return words.map(word => (safe.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
