import type { KernelSource } from '../matrix/matrix.ts';

/** A source that is built, as opposed to a prebuilt kernel. */
export type BuiltSource = Exclude<KernelSource, { kind: 'prebuilt' }>;

/** A source whose content is known, although it may not lie on the disk yet. */
export interface ResolvedSource {
  /** Names source and output folder in the cache; sources with one key share an output tree and are built in turn. */
  key: string;
  /** Identity of the content (version or git tree, and patches): equal identities are equal sources. */
  identity: string;
  /** For people: `Debian linux-source-6.12 6.12.95-1~bpo12+1 (bookworm-backports)`. */
  origin: string;
  /**
   * Puts the content into its folder in the cache; what is already right there is kept, so that make rebuilds only
   * what changed.
   * @returns the folder
   */
  place(): Promise<string>;
}
