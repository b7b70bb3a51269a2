import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfrastructureError } from '../errors.ts';

/** Who holds a lock, as written into the lock file. */
export interface LockHolder {
  /** Unique for each acquisition. */
  id: string;
  pid: number;
  /** Start time of the process in clock ticks since boot (field 22 of /proc/PID/stat): a reused pid differs. */
  startTime: string;
  /** Host name and pid namespace; the pid says nothing elsewhere. */
  place: string;
  /** What the holder does, for the message of whoever waits. */
  purpose: string;
  /** ISO 8601. */
  since: string;
}

/** How to wait for a lock. */
export interface LockOptions {
  purpose: string;
  signal?: AbortSignal;
  /** Called once for each holder that is waited for. */
  onWait?: (holder: LockHolder) => void;
}

const pollMs = 200;
const heartbeatMs = 10_000;
/** A holder of another host or container, whose pid cannot be asked, is dead when its lock file was not touched for so long. */
const foreignStaleMs = 60_000;

/**
 * Takes a lock against other processes (and other holders in this one) that share a folder; waits while a living
 * process holds it. A lock whose holder died is taken over.
 * @param path the lock file; its folder is made
 * @returns a function that gives the lock back
 * @throws InfrastructureError INTERRUPTED when the signal aborts while waiting
 */
export async function acquireFileLock(path: string, options: LockOptions): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  const own = await describeSelf(options.purpose);
  let told: string | undefined;
  while (!(await publish(path, own))) {
    if (options.signal?.aborted) {
      throw new InfrastructureError('INTERRUPTED', `interrupted while waiting for the lock ${path}`);
    }
    const holder = await readHolder(path);
    if (holder === 'gone') continue;
    if (await isStale(path, holder)) {
      await breakLock(path, holder, own);
      continue;
    }
    if (holder && holder.id !== told) {
      told = holder.id;
      options.onWait?.(holder);
    }
    await sleep(pollMs);
  }
  const heartbeat = setInterval(() => void touch(path), heartbeatMs);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    const holder = await readHolder(path);
    if (holder !== 'gone' && holder?.id === own.id) await rm(path, { force: true });
  };
}

/** Runs `work` under a lock; see acquireFileLock. */
export async function withFileLock<Result>(
  path: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const release = await acquireFileLock(path, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** `process 4711 (building linux-source-6.12) since 03:41:07`, for the message of whoever waits. */
export function describeHolder(holder: LockHolder): string {
  return `process ${holder.pid} (${holder.purpose}) since ${holder.since.slice(11, 19)} UTC`;
}

async function describeSelf(purpose: string): Promise<LockHolder> {
  return {
    id: randomUUID(),
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    place: await thisPlace(),
    purpose,
    since: new Date().toISOString(),
  };
}

async function thisPlace(): Promise<string> {
  return `${hostname()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The command name (field 2) may hold blanks and parentheses: count from behind its last parenthesis.
  return text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

/** Writes the lock file with its content in one step: a link either appears whole or not at all. */
async function publish(path: string, own: LockHolder): Promise<boolean> {
  const draft = `${path}.${own.id}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The holder; 'gone' when the file is not there, undefined when it cannot be understood. */
async function readHolder(path: string): Promise<LockHolder | 'gone' | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    const holder = JSON.parse(text) as Partial<LockHolder>;
    return typeof holder.id === 'string' && typeof holder.pid === 'number'
      ? (holder as LockHolder)
      : undefined;
  } catch {
    return undefined;
  }
}

async function isStale(path: string, holder: LockHolder | undefined): Promise<boolean> {
  if (!holder) return true;
  if (holder.place === (await thisPlace())) return (await startTimeOf(holder.pid)) !== holder.startTime;
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > foreignStaleMs;
}

/**
 * Removes the lock of a dead holder. A second lock makes sure that of two processes that saw the dead one only one
 * removes it, and that nobody removes the lock that a living process took meanwhile.
 */
async function breakLock(path: string, stale: LockHolder | undefined, own: LockHolder): Promise<void> {
  const guard = `${path}.break`;
  if (!(await publish(guard, own))) {
    const other = await readHolder(guard);
    if (other !== 'gone' && (await isStale(guard, other))) await rm(guard, { force: true });
    await sleep(10);
    return;
  }
  try {
    const now = await readHolder(path);
    if (now !== 'gone' && now?.id === stale?.id) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  // The folder may have been cleaned away under us; the release notices.
  await utimes(path, now, now).catch(() => undefined);
}
