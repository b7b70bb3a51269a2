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

/** All places of the cache, as their rooms declare them. */
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

/** All that modstorm makes in its cache. Nothing else is removed: MODSTORM_CACHE may name a folder with other things. */
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
 * Removes the entries that nobody has used since a moment, unless a guest runs from them or somebody works on them.
 * @param since ms since the epoch
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

/** Who uses the cache now: holders of its locks, and guests that run from it; a line for each. */
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

/** Removes all that modstorm made in its cache, and the folder if nothing else is in it. */
export async function removeCache(cache: string): Promise<Removed[]> {
  const removed: Removed[] = [];
  for (const name of await namesIn(cache)) {
    if (contents.has(name) || name.startsWith(`.${kvmNoteFile}.`))
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

function removeInto(removed: Removed[]): (path: string) => Promise<void> {
  return async path => void removed.push(await remove(path));
}

async function noteHolder(path: string, cleaning: Cleaning): Promise<void> {
  const state = await readLock(path);
  if (state.kind === 'held') cleaning.kept.push({ path, reason: describeHolder(state.holder) });
}

/** Disk space of a file or of a folder with all that is in it, bytes; what vanishes meanwhile counts nothing. */
async function diskUse(path: string): Promise<number> {
  const status = await lstat(path).catch(() => undefined);
  if (!status) return 0;
  let bytes = status.blocks * 512;
  if (status.isDirectory()) for (const name of await namesIn(path)) bytes += await diskUse(join(path, name));
  return bytes;
}
