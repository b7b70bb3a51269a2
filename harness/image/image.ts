/** An initramfs ready to boot, in the cache. */
export interface Image {
  key: string;
  /** Absolute path of the (concatenated) cpio archive that QEMU gets as -initrd. */
  path: string;
  bytes: number;
  /** Versions of the userland's parts: `stress-ng` → `0.19.02-1`, `kmod` → … */
  versions: Record<string, string>;
}
