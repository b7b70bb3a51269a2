import { type CachePlace, listEntries } from '../../files/content-cache.ts';
import { findDamage, hasManifest, markDamaged } from '../../files/entry-manifest.ts';

/** What a check of the whole cache found. */
export interface CacheCheck {
  /** Entries whose files are those that were put there. */
  whole: number;
  /** Entries of older versions, which say nothing of their files; they are checked when they are used. */
  unsaid: number;
  damaged: { path: string; damage: string }[];
}

/**
 * Reads every entry that carries a manifest, and puts on record which do not fit it: they are made again when they are
 * needed.
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
