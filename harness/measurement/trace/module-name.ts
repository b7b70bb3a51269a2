/** The module in a file, as the kernel names it: `/lib/modules/6.12/kernel/fs/xfs.ko.zst` is `xfs`. */
export function moduleOfPath(path: string): string | undefined {
  const name = /([^/]+?)\.ko(?:\.(?:gz|xz|zst))?$/.exec(path)?.[1];
  return name === undefined ? undefined : plainModule(name);
}

/** The kernel treats dashes in names as underscores, and has at most 55 characters (MODULE_NAME_LEN). */
export function plainModule(name: string): string {
  return name.replaceAll('-', '_').slice(0, 64);
}
