/** A seeded random number generator. The same seed gives the same numbers on every machine. Not for secrets. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A double in [0, 1) with 53 random bits. */
  uniform(): number;
  /**
   * An integer in [0, bound), without modulo bias.
   * @throws RangeError unless bound is an integer in [1, 2^32]
   */
  integer(bound: number): number;
  /** A new array with the items in random order (Fisher-Yates); the argument is not changed. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/**
 * xoshiro128** of Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c), its state filled from the
 * seed by splitmix32, as its authors recommend. Any number is a valid seed; only its lower 32 bits count.
 */
export function makeRandom(seed: number): Random {
  const next = splitmix32(seed);
  return randomFromState([next(), next(), next(), next()]);
}

/**
 * A generator with a full 128-bit state, as used by the published test vectors.
 * @throws RangeError if all four words are zero: the generator would return zero for ever
 */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  if (state.every(word => word >>> 0 === 0))
    throw new RangeError('xoshiro128** needs a state that is not all zero');
  const uint32 = xoshiro128(state);
  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53;
  const integer = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`random integer: the bound must be an integer from 1 to 2^32, not ${bound}`);
    }
    // Values at or above the last whole multiple of the bound would favour small results.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = uint32();
    while (value >= limit) value = uint32();
    return value % bound;
  };
  const shuffle = <Item>(items: readonly Item[]): Item[] => {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      [order[last], order[other]] = [order[other] as Item, order[last] as Item];
    }
    return order;
  };
  return { uint32, uniform, integer, shuffle };
}

function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
