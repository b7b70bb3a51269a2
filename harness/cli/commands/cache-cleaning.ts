import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bisectPlace } from '../../bisect/tree/source-repository.ts';
import {
  type CachePlace,
  listEntries,
  locksOf,
  removeDeadDrafts,
  removeEntry,
} from '../../files/content-cache.ts';
import { namesIn } from '../../files/existing.ts';
import { FileLock, readLock } from '../../files/lock.ts';
import { describeHolder } from '../../files/lock-holder.ts';
import { archivePlace } from '../../host/apt-archives.ts';
import { kvmNoteFile } from '../../host/kvm-note.ts';
import { imagePlace } from '../../image/build-image.ts';
import { packagePlace } from '../../image/debian-pool.ts';
import { guestProgramPlace } from '../../image/guest-program.ts';
import { userlandPlace } from '../../image/userland.ts';
import { artifactPlace } from '../../kernel/kernel-artifacts.ts';
import { outputPlace, sourcePlace } from '../../kernel/source-folder.ts';
import { findGuestsNaming } from '../../process/leftover.ts';

/** A file or folder that was removed, and the disk space it took, in bytes. */
export interface Removed {
  path: string;
  bytes: number;
}

/** The result of a cleanup. */
export interface Cleaning {
  removed: Removed[];
  /** What was kept because it is in use, and by whom. */
  kept: { path: string; reason: string }[];
}

/** All places in the cache, as their rooms declare them. */
export const cachePlaces: readonly CachePlace[] = [
  imagePlace,
  userlandPlace,
  packagePlace,
  guestProgramPlace,
  artifactPlace,
  sourcePlace,
  outputPlace,
  archivePlace,
  bisectPlace,
];

/** Everything modstorm creates in its cache. Nothing else is removed: MODSTORM_CACHE may name a folder with other files. */
const contents = new Set([...cachePlaces.map(({ folder }) => folder.split('/')[0]), kvmNoteFile]);

/** Removes locks without a living holder and drafts that were never published; keeps what is being worked on. */
export async function removeLeftovers(cache: string): Promise<Cleaning> {
  const cleaning: Cleaning = { removed: [], kept: [] };
  for (const place of cachePlaces) {
    for (const path of await locksOf(place, cache)) {
      const bytes = await diskUse(path);
      if (await FileLock.removeStale(path)) cleaning.removed.push({ path, bytes });
      else await noteHolder(path, cleaning);
    }
  }
  for (const place of cachePlaces) await removeDeadDrafts(place, cache, removeInto(cleaning.removed));
  return cleaning;
}

/**
 * Removes the entries that have not been used since a given time, unless a guest runs from them or they are locked.
 * @param since in ms since the epoch
 */
export async function removeUnused(cache: string, since: number, proc?: string): Promise<Removed[]> {
  const removed: Removed[] = [];
  for (const place of cachePlaces) {
    for (const entry of await listEntries(place, cache)) {
      if (entry.usedAt >= since || (await findGuestsNaming(`${entry.path}/`, proc)).length > 0) continue;
      const bytes = await diskUse(entry.path);
      if (await removeEntry(place, cache, entry)) removed.push({ path: entry.path, bytes });
    }
  }
  return removed;
}

/** Who uses the cache now: holders of its locks and guests that run from it, one line each. */
export async function findCacheUsers(cache: string, proc?: string): Promise<string[]> {
  const users: string[] = [];
  for (const place of cachePlaces) {
    for (const path of await locksOf(place, cache)) {
      const state = await readLock(path);
      if (state.kind === 'held') users.push(describeHolder(state.holder));
    }
  }
  for (const { pid, trial } of await findGuestsNaming(`${cache}/`, proc))
    users.push(`guest ${pid} of trial ${trial}`);
  return users;
}

/** Removes everything modstorm created in its cache, and the folder itself if it is then empty. */
export async function removeCache(cache: string): Promise<Removed[]> {
  const removed: Removed[] = [];
  for (const name of await namesIn(cache)) {
    if (contents.has(name) || name.startsWith(`.${kvmNoteFile}.`))
      removed.push(await remove(join(cache, name)));
  }
  // The folder may be missing or hold other files: both are fine.
  await rmdir(cache).catch(() => undefined);
  return removed;
}

/** Removes a file or folder and returns the disk space it took. */
export async function remove(path: string): Promise<Removed> {
  const bytes = await diskUse(path);
  await rm(path, { recursive: true, force: true });
  return { path, bytes };
}

function removeInto(removed: Removed[]): (path: string) => Promise<void> {
  return async path => void removed.push(await remove(path));
}

async function noteHolder(path: string, cleaning: Cleaning): Promise<void> {
  const state = await readLock(path);
  if (state.kind === 'held') cleaning.kept.push({ path, reason: describeHolder(state.holder) });
}

/** Disk space of a file, or of a folder and its contents, in bytes. Files that vanish meanwhile count as 0. */
export async function diskUse(path: string): Promise<number> {
  const status = await lstat(path).catch(() => undefined);
  if (!status) return 0;
  let bytes = status.blocks * 512;
  if (status.isDirectory()) for (const name of await namesIn(path)) bytes += await diskUse(join(path, name));
  return bytes;
}
