import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CachePlace } from '../files/content-cache.ts';

/** Kernel sources: unpacked packages, exported trees, and the versions of packages that were chosen. */
export const sourcePlace: CachePlace = {
  name: 'kernel sources',
  folder: 'kernel/sources',
  beside: ['.identity', '.index'],
  syncedByFill: true,
  // linux-source-6.12 unpacked, without what git adds to a tree.
  entryBytes: 1300 * 1024 ** 2,
};

/** Disk space of the objects of one output tree, in bytes: two configs of 6.12 left 290 MiB. */
export const outputBytes = 300 * 1024 ** 2;

/** Suffix of the file beside an output tree that every process of a build in it holds locked. */
export const orphanEnding = '.make';

/** Output trees of kernel builds. Nothing is published in them: make continues from what is there. */
export const outputPlace: CachePlace = {
  name: 'build trees',
  folder: 'kernel/output',
  beside: [orphanEnding],
};

/** Twelve hexadecimal digits for the name of a folder. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** An absolute path from user input, where `~/` is the home folder. */
export function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}
