import type { World } from './world.ts';

const endBoots = 10;

/** A world seen as a script for `git bisect run` sees it: a boot is bad when its value is above one threshold. */
export class Threshold {
  readonly world: World;
  readonly spent = { builds: 0, boots: 0 };
  /** Boots of each end that were above the threshold, of `endBoots`. */
  readonly ends: { good: number; bad: number; boots: number };
  readonly #built = new Set<number>();
  readonly #limit: number;

  /** Sets the threshold half way between the means of ten boots of each end. */
  constructor(world: World) {
    this.world = world;
    const good = this.#endValues(0);
    const bad = this.#endValues(world.history.bad);
    this.#limit = (mean(good) + mean(bad)) / 2;
    this.ends = { good: this.#above(good), bad: this.#above(bad), boots: endBoots };
  }

  /** Builds a commit unless it was built before; whether it can be tested. */
  build(place: number): boolean {
    if (!this.#built.has(place)) {
      this.spent.builds++;
      this.#built.add(place);
      this.world.build(place);
    }
    return !this.world.untestable.has(place);
  }

  /** Whether one boot was bad. */
  boot(place: number): boolean {
    return this.#above([this.#value(place)]) === 1;
  }

  #endValues(place: number): number[] {
    this.build(place);
    return Array.from({ length: endBoots }, () => this.#value(place));
  }

  #value(place: number): number {
    this.spent.boots++;
    return this.world.boot(place);
  }

  #above(values: readonly number[]): number {
    return values.filter(value => value > this.#limit).length;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
