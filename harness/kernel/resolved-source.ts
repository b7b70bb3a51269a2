import type { KernelSource } from '../matrix/matrix.ts';

/** A source to build, as opposed to a prebuilt kernel. */
export type BuiltSource = Exclude<KernelSource, { kind: 'prebuilt' }>;

/** A source with known content, which may not be on disk yet. */
export interface ResolvedSource {
  /** Names source and output folder in the cache; sources with one key share an output tree and are built in turn. */
  key: string;
  /** Identity of the content (version or git tree, and patches): equal identities are equal sources. */
  identity: string;
  /** For display: `Debian linux-source-6.12 6.12.95-1~bpo12+1 (bookworm-backports)`. */
  origin: string;
  /**
   * Writes the content to its folder in the cache. Unchanged files are kept, so that make rebuilds only what changed.
   * @returns the folder
   */
  place(): Promise<string>;
}
