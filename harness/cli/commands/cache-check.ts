import { type CachePlace, listEntries } from '../../files/content-cache.ts';
import { findDamage, hasManifest, markDamaged } from '../../files/entry-manifest.ts';

/** The result of checking the whole cache. */
export interface CacheCheck {
  /** Entries whose files are intact. */
  whole: number;
  /** Entries of older versions without a manifest; they are checked on use. */
  unsaid: number;
  damaged: { path: string; damage: string }[];
}

/**
 * Checks every entry that has a manifest, and marks damaged ones, which are then recreated when they are needed.
 */
export async function checkCache(cache: string, places: readonly CachePlace[]): Promise<CacheCheck> {
  const check: CacheCheck = { whole: 0, unsaid: 0, damaged: [] };
  for (const place of places.filter(({ verified }) => verified)) {
    for (const { path } of await listEntries(place, cache)) {
      if (!(await hasManifest(path))) {
        check.unsaid++;
        continue;
      }
      const damage = await findDamage(path, 'whole');
      if (damage === undefined) check.whole++;
      else {
        check.damaged.push({ path, damage });
        await markDamaged(path);
      }
    }
  }
  return check;
}
