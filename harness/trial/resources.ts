/** The resources that a guest uses or the host has. */
export interface Resources {
  cores: number;
  memoryBytes: number;
}

/** Tracks resources in use. A request larger than the host is granted if nothing else runs, so that it runs at all. */
export class ResourcePool {
  readonly #total: Resources;
  readonly #taken: Resources = { cores: 0, memoryBytes: 0 };
  #holders = 0;

  constructor(total: Resources) {
    this.#total = total;
  }

  /** Takes the resources if they are free. */
  tryTake(wanted: Resources): boolean {
    const fits =
      this.#taken.cores + wanted.cores <= this.#total.cores &&
      this.#taken.memoryBytes + wanted.memoryBytes <= this.#total.memoryBytes;
    if (!fits && this.#holders > 0) return false;
    this.#taken.cores += wanted.cores;
    this.#taken.memoryBytes += wanted.memoryBytes;
    this.#holders++;
    return true;
  }

  /** Releases what `tryTake` granted. */
  release(taken: Resources): void {
    this.#taken.cores -= taken.cores;
    this.#taken.memoryBytes -= taken.memoryBytes;
    this.#holders--;
  }
}
