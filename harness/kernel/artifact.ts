/** A bootable kernel in the content-addressed cache. All paths are absolute. */
export interface KernelArtifact {
  /** Key of the cache entry: source identity + patches + resulting config + toolchain. */
  key: string;
  /** Folder of the entry. */
  folder: string;
  /** `6.12.95`: the release as in `uname -r`. */
  release: string;
  image: string;
  /** Folder that holds `modules.dep` and the .ko files: `<folder>/modules/lib/modules/<release>`. */
  modules: string;
  systemMap?: string | undefined;
  config?: string | undefined;
  /** GNU build id of vmlinux, hexadecimal. */
  buildId?: string | undefined;
  /** SHA-256 over image and modules: equal for two commits with the same object code. */
  objectDigest: string;
  /** Its source, for display: `Debian linux-source-6.12 6.12.95-1~bpo12+1`. */
  origin: string;
}
