import { type FileHandle, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debug } from '../debug.ts';
import { hasCode, InfrastructureError } from '../errors.ts';
import { describeHolder, describeSelf, isAlive, type LockHolder, parseHolder } from './lock-holder.ts';
import { makeFolders } from './make-folders.ts';
import { readRegularFile } from './regular-file.ts';

/** How to take a lock. */
export interface LockOptions {
  /** What it is used for, shown to those who wait: `building kernel lts`. */
  purpose: string;
  /** Whether to wait until it is free (the default) or fail at once. */
  wait?: boolean | undefined;
  /** Called with a notice that names the holder: when the wait begins, when the holder changes, and every 15 s. */
  onWait?: ((notice: string) => void) | undefined;
  /** Ends the wait with INTERRUPTED. */
  signal?: AbortSignal | undefined;
  /** Interval between attempts, in ms. Default: 200. */
  pollMs?: number | undefined;
  /** Interval between notices about the same holder, in ms. Default: 15 000. */
  noticeMs?: number | undefined;
}

const heartbeatMs = 10_000;
/** An unreadable lock file, such as one of another version, is stale after this time without a heartbeat. */
const unreadableStaleMs = 60_000;
/** One without a complete line is being written, or its writer died: it is stale after this time. */
const unfinishedStaleMs = 1000;
/** Suffix of the lock that guards taking over a lock. */
export const takeoverEnding = '.takeover';
const deepestTakeover = 3;

/**
 * A lock between processes: a file created with O_EXCL that names its holder. A dead holder is detected (by pid, start time
 * and boot ID, or a missing heartbeat for another host or container), and its lock is taken over.
 */
export class FileLock implements AsyncDisposable {
  readonly path: string;
  readonly #nonce: string;
  readonly #heartbeat: NodeJS.Timeout;
  #released = false;

  private constructor(path: string, nonce: string) {
    this.path = path;
    this.#nonce = nonce;
    // A failing heartbeat is not an error here: `release` reports a lost lock.
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => clearInterval(this.#heartbeat));
    }, heartbeatMs).unref();
  }

  /**
   * Takes the lock. Creates its folder if needed.
   * @throws InfrastructureError LOCK_HELD if another process holds it and `wait` is false, INTERRUPTED, LOCK_UNWRITABLE,
   * LOCK_BROKEN
   */
  static async acquire(path: string, options: LockOptions): Promise<FileLock> {
    return FileLock.#acquire(path, options, 0);
  }

  static async #acquire(path: string, options: LockOptions, depth: number): Promise<FileLock> {
    const wait = new Wait(path, options);
    for (;;) {
      wait.throwIfAborted();
      const self = describeSelf(options.purpose);
      if ((await createLockFile(path, self)) && (await holdsLock(path, self.nonce))) {
        debug('lock', () => `${path} taken: ${options.purpose}`);
        return new FileLock(path, self.nonce);
      }
      const state = await readLock(path);
      if (state.kind === 'free') continue;
      if (state.kind === 'stale') await FileLock.#removeStale(path, options, depth);
      else if (options.wait === false && !state.unfinished) throw heldError(path, state.holder);
      else await wait.once(state.holder);
    }
  }

  /**
   * Removes a lock file whose holder is dead, and no other.
   * @returns whether there was one
   */
  static async removeStale(path: string): Promise<boolean> {
    if ((await readLock(path)).kind !== 'stale') return false;
    return FileLock.#removeStale(path, { purpose: 'cleaning' }, 0);
  }

  /**
   * Only one process at a time may remove it, or a slow process would remove a lock that a fast one has just taken.
   * The guard is a lock of the same kind, held for microseconds.
   */
  static async #removeStale(path: string, options: LockOptions, depth: number): Promise<boolean> {
    if (depth === deepestTakeover) {
      const first = path.slice(0, -takeoverEnding.length * depth);
      throw new InfrastructureError(
        'LOCK_BROKEN',
        `${first} and its takeover files were left by dead processes`,
        { hint: `Remove them: rm ${first}*` },
      );
    }
    const guard: LockOptions = { purpose: 'taking over a stale lock', pollMs: 20, signal: options.signal };
    await using _guard = await FileLock.#acquire(`${path}${takeoverEnding}`, guard, depth + 1);
    const stale = (await readLock(path)).kind === 'stale';
    if (stale) await rm(path, { force: true });
    debug('lock', () => `${path} ${stale ? 'was stale, removed' : 'was stale, but no longer is'}`);
    return stale;
  }

  /**
   * Releases the lock. A second call does nothing.
   * @throws InfrastructureError LOCK_LOST if another process removed or took it meanwhile
   */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#heartbeat);
    await this.verify();
    await rm(this.path);
    debug('lock', () => `${this.path} released`);
  }

  /**
   * Checks that we still hold the lock, before publishing work done under it: a process that was suspended for long is
   * considered dead.
   * @throws InfrastructureError LOCK_LOST if another process removed or took it
   */
  async verify(): Promise<void> {
    if (!(await holdsLock(this.path, this.#nonce))) {
      throw new InfrastructureError(
        'LOCK_LOST',
        `${this.path} was removed or taken by another process while it was held`,
        {
          hint: 'Do not remove a lock file while its holder is running. Check what the two processes wrote.',
        },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** Runs `work` under a lock; see FileLock.acquire. */
export async function withFileLock<Result>(
  path: string,
  options: LockOptions,
  work: (lock: FileLock) => Promise<Result>,
): Promise<Result> {
  const lock = await FileLock.acquire(path, options);
  let result: Result;
  try {
    result = await work(lock);
  } catch (error) {
    // The error of the work matters more than a lost lock.
    await lock.release().catch(() => undefined);
    throw error;
  }
  await lock.release();
  return result;
}

/** The state of a lock: free (no file), held, or stale (its holder is gone). */
export type LockState =
  | { kind: 'free' }
  | { kind: 'held'; holder: LockHolder | undefined; unfinished?: true }
  | { kind: 'stale'; holder: LockHolder | undefined };

/**
 * Whether a lock that we wrote is still ours. It is not if we were suspended between creating and writing it, for so long
 * that another process took it for dead.
 */
async function holdsLock(path: string, nonce: string): Promise<boolean> {
  const state = await readLock(path);
  return state.kind !== 'free' && state.holder?.nonce === nonce;
}

/** Reads a lock without taking it. */
export async function readLock(path: string): Promise<LockState> {
  let text: string;
  let ageMs: number;
  try {
    ageMs = Date.now() - (await stat(path)).mtimeMs;
    text = await readRegularFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { kind: 'free' };
    throw error;
  }
  const holder = parseHolder(text);
  if (!holder && !text.endsWith('\n'))
    return ageMs > unfinishedStaleMs ? { kind: 'stale', holder } : { kind: 'held', holder, unfinished: true };
  if (!holder) return { kind: ageMs > unreadableStaleMs ? 'stale' : 'held', holder };
  return { kind: isAlive(holder, ageMs) ? 'held' : 'stale', holder };
}

/** A wait for a lock. It reports the holder, and ends early if the signal aborts. */
class Wait {
  readonly #path: string;
  readonly #options: LockOptions;
  #notified: { nonce: string | undefined; at: number } | undefined;

  constructor(path: string, options: LockOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** Waits until the next attempt. */
  async once(holder: LockHolder | undefined): Promise<void> {
    const { pollMs = 200, noticeMs = 15_000, signal, onWait } = this.#options;
    const now = performance.now();
    if (!this.#notified || this.#notified.nonce !== holder?.nonce || now - this.#notified.at >= noticeMs) {
      this.#notified = { nonce: holder?.nonce, at: now };
      debug('lock', () => `${this.#path} waits for ${describeHolder(holder)}`);
      onWait?.(`waiting for ${describeHolder(holder)}`);
    }
    await sleep(pollMs, undefined, signal && { signal }).catch(() => this.throwIfAborted());
  }

  throwIfAborted(): void {
    const { signal } = this.#options;
    if (!signal?.aborted) return;
    throw new InfrastructureError('INTERRUPTED', `interrupted while waiting for the lock ${this.#path}`, {
      cause: signal.reason,
    });
  }
}

/** Creates the file with the holder's description; false if it exists. */
async function createLockFile(path: string, holder: LockHolder): Promise<boolean> {
  try {
    const file = await openNew(path);
    if (!file) return false;
    try {
      await file.writeFile(`${JSON.stringify(holder)}\n`);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    throw new InfrastructureError(
      'LOCK_UNWRITABLE',
      `the lock ${path} cannot be written: ${(error as Error).message}`,
      {
        hint: 'Free some space, or make its folder writable. MODSTORM_CACHE sets another folder for the cache.',
        cause: error,
      },
    );
  }
}

async function openNew(path: string): Promise<FileHandle | undefined> {
  for (let made = false; ; made = true) {
    try {
      return await open(path, 'wx');
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return undefined;
      if (made || !hasCode(error, 'ENOENT')) throw error;
      await makeFolders(dirname(path));
    }
  }
}

function heldError(path: string, holder: LockHolder | undefined): InfrastructureError {
  return new InfrastructureError('LOCK_HELD', `${path} is held by ${describeHolder(holder)}`, {
    hint: 'Wait for it to finish. If it is certainly gone, remove the file.',
  });
}
