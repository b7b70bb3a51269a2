import { type FileHandle, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HarnessError, InfrastructureError } from '../errors.ts';
import { describeSelf, isAlive, type LockHolder, parseHolder } from './lock-holder.ts';

/** How to take a lock. */
export interface LockOptions {
  /** What is done under it, for the one who has to wait. */
  purpose: string;
  /** Wait until it is free (true), or fail at once. */
  wait: boolean;
  /** Called once when the wait begins, with the holder if the file could be read. */
  onWait?: (holder: LockHolder | undefined) => void;
  /** Ends the wait. */
  signal?: AbortSignal;
  /** Between two tries, ms; 200 unless told. */
  pollMs?: number;
}

const heartbeatMs = 20_000;
/** A lock file that was created and not yet written. */
const unreadableStaleMs = 10_000;
const deepestTakeover = 3;

/**
 * A lock between processes: a file created with O_EXCL that names its holder. A holder that no longer lives is
 * found out (pid, start time, boot id; for another host or container by a missing heartbeat) and its lock taken over.
 */
export class FileLock implements AsyncDisposable {
  readonly path: string;
  readonly #nonce: string;
  readonly #heartbeat: NodeJS.Timeout;
  #released = false;

  private constructor(path: string, nonce: string) {
    this.path = path;
    this.#nonce = nonce;
    // A failing heartbeat is not an error here: whoever took the lock away is told by `release`.
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => clearInterval(this.#heartbeat));
    }, heartbeatMs).unref();
  }

  /**
   * Takes the lock. The folder of `path` must exist.
   * @throws InfrastructureError LOCK_HELD when another process holds it and `wait` is false
   */
  static async acquire(path: string, options: LockOptions): Promise<FileLock> {
    return FileLock.#acquire(path, options, 0);
  }

  static async #acquire(path: string, options: LockOptions, depth: number): Promise<FileLock> {
    let told = false;
    for (;;) {
      options.signal?.throwIfAborted();
      const holder = describeSelf(options.purpose);
      if (await createLockFile(path, holder)) return new FileLock(path, holder.nonce);
      const state = await readLock(path);
      if (state.kind === 'free') continue;
      if (state.kind === 'stale') {
        await FileLock.#removeStale(path, options, depth);
        continue;
      }
      if (!options.wait) throw heldError(path, state.holder);
      if (!told) options.onWait?.(state.holder);
      told = true;
      await sleep(options.pollMs ?? 200, undefined, options.signal && { signal: options.signal });
    }
  }

  /**
   * Removes the file of a dead holder. Only one process at a time may: else a slow one would remove the lock that
   * a quick one has just taken. The guard is a lock of the same kind, held for microseconds.
   */
  static async #removeStale(path: string, options: LockOptions, depth: number): Promise<void> {
    if (depth === deepestTakeover) {
      throw new InfrastructureError(
        'LOCK_BROKEN',
        `${path} and its takeover files are left from dead processes`,
        {
          hint: `Remove them: rm ${path}*`,
        },
      );
    }
    const guardOptions: LockOptions = { purpose: 'takeover of a stale lock', wait: true, pollMs: 20 };
    if (options.signal) guardOptions.signal = options.signal;
    await using _guard = await FileLock.#acquire(`${path}.takeover`, guardOptions, depth + 1);
    if ((await readLock(path)).kind === 'stale') await rm(path, { force: true });
  }

  /**
   * Gives the lock back; a second call does nothing.
   * @throws InfrastructureError LOCK_LOST when somebody else removed or took it meanwhile
   */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#heartbeat);
    const state = await readLock(this.path);
    if (state.kind === 'free' || state.holder?.nonce !== this.#nonce) {
      throw new InfrastructureError(
        'LOCK_LOST',
        `${this.path} was removed or taken by another process while it was held`,
        {
          hint: 'Remove no lock file while its holder runs; check what the two processes wrote.',
        },
      );
    }
    await rm(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** What a lock file says now: free (no file), held, or stale (its holder is gone). */
export type LockState =
  | { kind: 'free' }
  | { kind: 'held'; holder: LockHolder | undefined }
  | { kind: 'stale'; holder: LockHolder | undefined };

/** Reads a lock without taking it; for `doctor` and `clean`. */
export async function readLock(path: string): Promise<LockState> {
  let text: string;
  let ageMs: number;
  try {
    ageMs = Date.now() - (await stat(path)).mtimeMs;
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { kind: 'free' };
    throw error;
  }
  const holder = parseHolder(text);
  if (!holder) return { kind: ageMs > unreadableStaleMs ? 'stale' : 'held', holder: undefined };
  return { kind: isAlive(holder, ageMs) ? 'held' : 'stale', holder };
}

/** Creates the file with the holder's name in it; false when it exists. */
async function createLockFile(path: string, holder: LockHolder): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    await file.writeFile(`${JSON.stringify(holder)}\n`);
  } finally {
    await file.close();
  }
  return true;
}

function heldError(path: string, holder: LockHolder | undefined): HarnessError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} (${holder.purpose}, since ${holder.since})`
    : 'another process';
  return new InfrastructureError('LOCK_HELD', `${path} is held by ${who}`, {
    hint: 'Wait for it to end. If it surely is gone, remove the file.',
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
