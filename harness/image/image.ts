/** A bootable initramfs in the cache. */
export interface Image {
  key: string;
  /** Absolute path of the (concatenated) cpio archive for QEMU's -initrd. */
  path: string;
  bytes: number;
  /** Versions of the userland's parts: `stress-ng` → `0.19.02-1`, `kmod` → … */
  versions: Record<string, string>;
}
