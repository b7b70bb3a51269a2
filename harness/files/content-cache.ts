import { chmod, mkdtemp, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HarnessError, hasCode, InfrastructureError } from '../errors.ts';
import { syncFolder, syncTree } from './atomic.ts';
import { findDamage, hasManifest, ignoreReadOnly, writeManifest } from './entry-manifest.ts';
import { existingPath, namesIn } from './existing.ts';
import { demandSpace } from './free-space.ts';
import { type FileLock, type LockOptions, takeoverEnding, withFileLock } from './lock.ts';
import { makeFolders } from './make-folders.ts';

/** A folder of the cache, declared by the room that fills it. `modstorm clean` visits all declared places. */
export interface CachePlace {
  /** What the entries are, for display: `kernel sources`. */
  readonly name: string;
  /** Folder of the entries, relative to the cache. */
  readonly folder: string;
  /** One lock for all entries, relative to the cache. Default: each entry has its own, `ENTRY.lock`. */
  readonly lock?: string | undefined;
  /** Suffixes of files beside an entry that belong to it. */
  readonly beside?: readonly string[] | undefined;
  /** Whether `fill` syncs the entry to disk itself: one `sync` is faster than fsync for 55 000 files. */
  readonly syncedByFill?: boolean | undefined;
  /** Disk space that an entry takes, in bytes, as measured. No entry is begun with less than that free. */
  readonly entryBytes?: number | undefined;
  /** Whether entries have a manifest of their files. An entry that no longer matches it is invalid. */
  readonly verified?: boolean | undefined;
}

/** Fills the folder of a new entry. */
export type Fill = (draft: string) => Promise<void>;

const draftName = /^(.+)\.draft-\w+$/;
const lockEnding = '.lock';

/**
 * Entries that are created once and then only read, by key. An entry is filled in a draft folder beside it, synced to disk
 * and renamed, all under its lock, so that readers find either nothing or the complete entry, even after a crash or a power
 * cut. Creating the next entry of a place removes the drafts of dead processes.
 */
export class ContentCache<Entry> {
  readonly #place: CachePlace;
  readonly #cache: string;
  readonly #read: (folder: string) => Promise<Entry | undefined>;
  readonly #isIntact: (folder: string) => Promise<boolean>;

  /**
   * @param cache the cache folder of modstorm
   * @param read reads an entry from its folder; undefined if it does not exist or has lost files
   * @param isIntact whether an entry of an older version, without a manifest, is complete; default: create it again
   */
  constructor(
    place: CachePlace,
    cache: string,
    read: (folder: string) => Promise<Entry | undefined>,
    isIntact: (folder: string) => Promise<boolean> = () => Promise.resolve(false),
  ) {
    this.#place = place;
    this.#cache = cache;
    this.#read = read;
    this.#isIntact = isIntact;
  }

  /** Folder of an entry, which may not exist. */
  pathOf(key: string): string {
    return join(this.#cache, this.#place.folder, key);
  }

  /** Finds the entry of a key and marks it as used; undefined if there is none, or it is incomplete. */
  async find(key: string): Promise<Entry | undefined> {
    if ((await this.#damageOf(this.pathOf(key))) !== undefined) return undefined;
    const entry = await this.#read(this.pathOf(key));
    if (entry !== undefined) await markUsed(this.pathOf(key));
    return entry;
  }

  /**
   * Finds an entry, or creates it. If another process is creating it, waits for that.
   * @throws InfrastructureError DISK_FULL, LOCK_LOST, INTERRUPTED, and whatever `fill` throws
   */
  async obtain(key: string, lock: LockOptions, fill: Fill): Promise<Entry> {
    const found = await this.find(key);
    if (found !== undefined) return found;
    const damage = await this.#damageOf(this.pathOf(key));
    if (damage !== undefined)
      lock.onWait?.(`${this.pathOf(key)} is damaged and will be created again: ${damage}`);
    return withFileLock(lockOf(this.#place, this.#cache, key), lock, async held => {
      const meanwhile = await this.find(key);
      if (meanwhile !== undefined) return meanwhile;
      await this.#publish(key, held, fill);
      const made = await this.#read(this.pathOf(key));
      if (made === undefined) throw new Error(`the new entry ${this.pathOf(key)} cannot be read back`);
      return made;
    });
  }

  async #damageOf(path: string): Promise<string | undefined> {
    if (!this.#place.verified || (await existingPath(path)) === undefined) return undefined;
    if (await hasManifest(path)) return findDamage(path, 'quick');
    if (!(await this.#isIntact(path))) return 'it has no manifest of its files';
    await writeManifest(path).catch(ignoreReadOnly);
    return undefined;
  }

  async #publish(key: string, held: FileLock, fill: Fill): Promise<void> {
    const path = this.pathOf(key);
    await demandSpace(path, this.#place.entryBytes ?? 0, `the ${this.#place.name}`);
    await removeDeadDrafts(this.#place, this.#cache, undefined, key);
    try {
      await withDraft(path, async draft => {
        await fill(draft);
        if (this.#place.verified) await writeManifest(draft);
        if (!this.#place.syncedByFill) await syncTree(draft);
        await held.verify();
        await replace(draft, path);
      });
    } catch (error) {
      if (!hasCode(error, 'ENOSPC')) throw error;
      throw new InfrastructureError(
        'DISK_FULL',
        `there is no space left for ${this.#place.name} at ${path}`,
        {
          hint: 'Run `modstorm clean`, or set MODSTORM_CACHE to another disk.',
          cause: error,
        },
      );
    }
  }
}

/**
 * Gives `work` an empty folder beside a path, to rename once it is complete. Whatever is left afterwards is removed. The
 * caller holds the lock of the path.
 */
export async function withDraft(path: string, work: Fill): Promise<void> {
  const parent = join(path, '..');
  await makeFolders(parent);
  const draft = await mkdtemp(`${path}.draft-`);
  try {
    // mkdtemp creates a private folder, but users of a CI host may share the cache.
    await chmod(draft, 0o755);
    await work(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await syncFolder(parent);
}

/** Marks an entry as used now. Does nothing in a read-only cache. */
export async function markUsed(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(ignoreReadOnly);
}

/**
 * Removes the drafts that dead processes left at a place. Drafts of live processes are kept.
 * @param remove called for each; default: removes it
 * @param heldKey the entry whose lock the caller holds
 */
export async function removeDeadDrafts(
  place: CachePlace,
  cache: string,
  remove: (path: string) => Promise<void> = path => rm(path, { recursive: true, force: true }),
  heldKey?: string,
): Promise<void> {
  for (const name of await namesIn(join(cache, place.folder))) {
    const key = draftName.exec(name)?.[1];
    if (key === undefined) continue;
    const path = join(cache, place.folder, name);
    if (key === heldKey) await remove(path);
    else await ifNotHeld(lockOf(place, cache, key), () => remove(path));
  }
}

/** An entry of a place, for the cleaner. */
export interface CacheEntry {
  path: string;
  /** Last use, ms since the epoch. */
  usedAt: number;
}

/** The entries of a place, without drafts, locks and the files beside them. */
export async function listEntries(place: CachePlace, cache: string): Promise<CacheEntry[]> {
  const folder = join(cache, place.folder);
  const entries: CacheEntry[] = [];
  for (const name of await namesIn(folder)) {
    const isBeside = place.beside?.some(ending => name.endsWith(ending)) === true;
    if (isBeside || isLockName(name) || draftName.test(name)) continue;
    const status = await stat(join(folder, name)).catch(() => undefined);
    if (status) entries.push({ path: join(folder, name), usedAt: status.mtimeMs });
  }
  return entries;
}

/**
 * Removes an entry and the files beside it, under its lock. Keeps it if another process holds the lock or has used the
 * entry since it was listed. Renames it first, so that nobody finds an incomplete entry.
 * @returns whether it was removed
 */
export async function removeEntry(place: CachePlace, cache: string, entry: CacheEntry): Promise<boolean> {
  let isRemoved = false;
  await ifNotHeld(lockOf(place, cache, basename(entry.path)), async () => {
    const status = await stat(entry.path).catch(() => undefined);
    if (status?.mtimeMs !== entry.usedAt) return;
    for (const ending of place.beside ?? []) await rm(`${entry.path}${ending}`, { force: true });
    const dead = `${entry.path}.draft-unused`;
    await rename(entry.path, dead);
    await rm(dead, { recursive: true });
    isRemoved = true;
  });
  return isRemoved;
}

/** The lock files of a place, held or stale. Takeover locks come first, because a takeover removes them. */
export async function locksOf(place: CachePlace, cache: string): Promise<string[]> {
  const folder = join(cache, place.lock === undefined ? place.folder : join(place.lock, '..'));
  const isOurs = (name: string) =>
    place.lock === undefined ? isLockName(name) : name.startsWith(basename(place.lock));
  const names = (await namesIn(folder)).filter(isOurs);
  return names.reverse().map(name => join(folder, name));
}

function isLockName(name: string): boolean {
  return name.endsWith(lockEnding) || name.endsWith(takeoverEnding);
}

function lockOf(place: CachePlace, cache: string, key: string): string {
  return place.lock === undefined
    ? join(cache, place.folder, `${key}${lockEnding}`)
    : join(cache, place.lock);
}

async function ifNotHeld(lock: string, work: () => Promise<void>): Promise<void> {
  await withFileLock(lock, { purpose: 'cleaning', wait: false }, work).catch(error => {
    if (!(error instanceof HarnessError) || error.code !== 'LOCK_HELD') throw error;
  });
}

/** Replaces a missing entry, or one that lost files to a cleaner of temporary folders, with a draft. */
async function replace(draft: string, path: string): Promise<void> {
  try {
    await rename(draft, path);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
    const spoilt = `${draft}0`;
    await rename(path, spoilt);
    await rename(draft, path);
    await rm(spoilt, { recursive: true, force: true });
  }
}
