import type { WorkloadDefinition } from './workload.ts';

/** Workloads by name: a catalog, or a Map of definitions. */
export interface Workloads {
  get(name: string): WorkloadDefinition | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<WorkloadDefinition>;
}

/**
 * Workloads by name, each of which is parsed when it is first asked for: a command needs one or two of those that exist,
 * and parsing them all takes longer than everything else that it does before its first guest.
 */
export class WorkloadCatalog implements Workloads {
  readonly #makers: ReadonlyMap<string, () => WorkloadDefinition>;
  readonly #made = new Map<string, WorkloadDefinition>();

  /** @param makers parse the workload of that name; what they throw, `get` throws */
  constructor(makers: Iterable<readonly [name: string, make: () => WorkloadDefinition]>) {
    this.#makers = new Map(makers);
  }

  /** Whether there is a workload of that name. It may still be wrong. */
  has(name: string): boolean {
    return this.#makers.has(name);
  }

  /** The names, in the order given. */
  keys(): Iterable<string> {
    return this.#makers.keys();
  }

  /**
   * The workload of that name, if there is one.
   * @throws MatrixError if its file is wrong
   */
  get(name: string): WorkloadDefinition | undefined {
    const known = this.#made.get(name);
    if (known) return known;
    const made = this.#makers.get(name)?.();
    if (made) this.#made.set(name, made);
    return made;
  }

  /**
   * All workloads.
   * @throws MatrixError if the file of one is wrong
   */
  *values(): Generator<WorkloadDefinition> {
    // biome-ignore lint/style/noNonNullAssertion: these are its own names
    for (const name of this.keys()) yield this.get(name)!;
  }
}

/** The workloads of two catalogs, in their order; the first has those names that are in both. */
export function joinWorkloads(first: Workloads, second: Workloads): Workloads {
  const makers = (one: Workloads) =>
    // biome-ignore lint/style/noNonNullAssertion: these are its own names
    [...one.keys()].map(name => [name, () => one.get(name)!] as const);
  return new WorkloadCatalog([...makers(first), ...makers(second).filter(([name]) => !first.has(name))]);
}
