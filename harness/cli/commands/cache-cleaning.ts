import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { FileLock, readLock, takeoverEnding, withFileLock } from '../../files/lock.ts';
import { describeHolder } from '../../files/lock-holder.ts';
import { kvmNoteFile } from '../../host/kvm-note.ts';
import { findGuestsNaming } from '../../process/leftover.ts';

/** Something that was removed, with the disk space that it took, bytes. */
export interface Removed {
  path: string;
  bytes: number;
}

/** What a cleaning did. */
export interface Cleaning {
  removed: Removed[];
  /** What was left because somebody uses it, and who. */
  kept: { path: string; reason: string }[];
}

/** Where killed processes leave drafts that were never published. Paths below the cache; `*` is each folder. */
interface DraftPlace {
  folder: string;
  draft: RegExp;
  /** The lock under which this very draft is written, from what the pattern captured. */
  lock?: (key: string) => string;
  /** Folder of the locks under one of which it is written. */
  locks: string;
}

const published = /^(.+)\.draft-\w+$/;
const places: readonly DraftPlace[] = [
  { folder: 'images', draft: published, locks: 'images', lock: key => `images/${key}.lock` },
  { folder: 'userland', draft: published, locks: 'userland', lock: key => `userland/${key}.lock` },
  {
    folder: 'guest-programs',
    draft: published,
    locks: 'guest-programs',
    lock: key => `guest-programs/${key}.lock`,
  },
  {
    folder: 'kernel/sources',
    draft: /^(.+)\.draft(\.deb)?$/,
    locks: 'kernel/output',
    lock: key => `kernel/output/${key}.lock`,
  },
  { folder: 'kernel/artifacts', draft: /^\.draft-\w+$/, locks: 'kernel/output' },
  { folder: 'userland/*', draft: /^\.unpack-\w+$/, locks: 'userland' },
  { folder: 'apt/archives', draft: /^\.fetch-\w+$/, locks: 'apt' },
];
const lockFolders = [...new Set(places.map(place => place.locks))];
/** All that modstorm makes in its cache. Nothing else is removed: MODSTORM_CACHE may name a folder with other things. */
const contents = ['apt', 'guest-programs', 'images', 'kernel', 'userland', kvmNoteFile];

/** Removes locks without a living holder and drafts that were never published; keeps what is being worked on. */
export async function removeLeftovers(cache: string): Promise<Cleaning> {
  const cleaning: Cleaning = { removed: [], kept: [] };
  for (const folder of lockFolders) {
    for (const path of await locksIn(join(cache, folder))) {
      const bytes = await diskUse(path);
      if (await FileLock.removeStale(path)) cleaning.removed.push({ path, bytes });
      else await noteHolder(path, cleaning);
    }
  }
  for (const place of places) {
    for (const folder of await expand(cache, place.folder))
      await removeDrafts(cache, folder, place, cleaning);
  }
  return cleaning;
}

/** Who uses the cache now: holders of its locks, and guests that run from it; a line for each. */
export async function findCacheUsers(cache: string, proc?: string): Promise<string[]> {
  const users: string[] = [];
  for (const folder of lockFolders) {
    for (const path of await locksIn(join(cache, folder))) {
      const state = await readLock(path);
      if (state.kind === 'held') users.push(describeHolder(state.holder));
    }
  }
  for (const { pid, trial } of await findGuestsNaming(`${cache}/`, proc))
    users.push(`guest ${pid} of trial ${trial}`);
  return users;
}

/** Removes all that modstorm made in its cache, and the folder if nothing else is in it. */
export async function removeCache(cache: string): Promise<Removed[]> {
  const removed: Removed[] = [];
  for (const name of await namesIn(cache)) {
    if (contents.includes(name) || name.startsWith(`.${kvmNoteFile}.`))
      removed.push(await remove(join(cache, name)));
  }
  // Missing, or with things of others in it: both are fine.
  await rmdir(cache).catch(() => undefined);
  return removed;
}

/** Removes a file or folder; says what it took. */
export async function remove(path: string): Promise<Removed> {
  const bytes = await diskUse(path);
  await rm(path, { recursive: true, force: true });
  return { path, bytes };
}

/**
 * A draft whose name is its own is safe to remove when no lock is held after it was listed: who takes a lock later
 * makes another one. One whose name comes again is removed under its lock.
 */
async function removeDrafts(
  cache: string,
  folder: string,
  place: DraftPlace,
  cleaning: Cleaning,
): Promise<void> {
  for (const name of await namesIn(join(cache, folder))) {
    const found = place.draft.exec(name);
    if (!found) continue;
    const path = join(cache, folder, name);
    const work = async () => void cleaning.removed.push(await remove(path));
    if (place.lock) {
      const lock = join(cache, place.lock(found[1]!));
      await withFileLock(lock, { purpose: 'cleaning', wait: false }, work).catch(error => {
        if (!(error instanceof HarnessError) || error.code !== 'LOCK_HELD') throw error;
      });
    } else if (!(await isAnyHeld(join(cache, place.locks)))) await work();
  }
}

async function isAnyHeld(folder: string): Promise<boolean> {
  for (const path of await locksIn(folder)) if ((await readLock(path)).kind === 'held') return true;
  return false;
}

async function noteHolder(path: string, cleaning: Cleaning): Promise<void> {
  const state = await readLock(path);
  if (state.kind === 'held') cleaning.kept.push({ path, reason: describeHolder(state.holder) });
}

/** The locks of a folder; those on a takeover come first, for who takes over takes them away unseen. */
async function locksIn(folder: string): Promise<string[]> {
  const isLock = (name: string) => name === 'lock' || name.endsWith('.lock') || name.endsWith(takeoverEnding);
  return (await namesIn(folder))
    .filter(isLock)
    .reverse()
    .map(name => join(folder, name));
}

async function expand(cache: string, pattern: string): Promise<string[]> {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = dirname(pattern);
  return (await namesIn(join(cache, parent))).map(name => join(parent, name));
}

async function namesIn(folder: string): Promise<string[]> {
  return (
    await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    })
  ).sort();
}

/** Disk space of a file or of a folder with all that is in it, bytes; what vanishes meanwhile counts nothing. */
async function diskUse(path: string): Promise<number> {
  const status = await lstat(path).catch(() => undefined);
  if (!status) return 0;
  let bytes = status.blocks * 512;
  if (status.isDirectory()) for (const name of await namesIn(path)) bytes += await diskUse(join(path, name));
  return bytes;
}
