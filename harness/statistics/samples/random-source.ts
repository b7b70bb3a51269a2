// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every draw
/** A source of randomness: always seeded and always passed in, so that every verdict can be reproduced. */
export interface RandomSource {
  /** The next number, uniform in [0, 1). */
  uniform(): number;
}

/** Shuffles in place (Fisher and Yates, Durstenfeld's form). */
export function shuffleInPlace<T>(items: { [index: number]: T; length: number }, random: RandomSource): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1));
    const held = items[last]!;
    items[last] = items[other]!;
    items[other] = held;
  }
}
