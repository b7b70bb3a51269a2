import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { syncFolder } from '../files/atomic.ts';
import { FileLock } from '../files/lock.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { type JournalContent, type JournalHeader, newline, replayJournal } from './journal-content.ts';
import { firstFault } from './schema.ts';
import { trialRecordSchema } from './trial-record-schema.ts';

/** Whose journal it is. */
export interface JournalFacts {
  /** Name of the run. */
  run: string;
  plan: Plan;
}

/**
 * Replays the journal of a plan. Takes no lock: a run that goes on may be read.
 * @throws InfrastructureError JOURNAL_MISSING; JOURNAL_DAMAGED naming file and line; JOURNAL_OTHER_PLAN
 */
export async function readJournal(path: string, plan: Plan): Promise<JournalContent> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new InfrastructureError('JOURNAL_MISSING', `${path} cannot be read: ${(error as Error).message}`, {
      hint: 'The run ended before its first trial, or its folder was copied without the journal.',
      cause: error,
    });
  }
  return replayJournal(content, path, plan);
}

/** Appends records to the journal of a run; only one process at a time can have it open. */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #lock: FileLock;
  #bytes: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, lock: FileLock, bytes: number) {
    this.path = path;
    this.#file = file;
    this.#lock = lock;
    this.#bytes = bytes;
  }

  /**
   * Starts the journal of a new run.
   * @throws InfrastructureError JOURNAL_EXISTS, LOCK_HELD
   */
  static async create(path: string, facts: JournalFacts): Promise<Journal> {
    const lock = await lockJournal(path, facts.run);
    let file: FileHandle | undefined;
    try {
      file = await openNew(path);
      const journal = new Journal(path, file, lock, 0);
      await journal.#begin(facts);
      return journal;
    } catch (error) {
      await file?.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Opens the journal of a run that goes on, and returns what it holds. A torn last line is cut off before anything
   * is appended; a run that died before it had a header begins its journal now.
   * @throws InfrastructureError JOURNAL_DAMAGED, LOCK_HELD; JOURNAL_OTHER_PLAN when it belongs to another plan
   */
  static async resume(
    path: string,
    facts: JournalFacts,
  ): Promise<{ journal: Journal; content: JournalContent }> {
    const lock = await lockJournal(path, facts.run);
    let file: FileHandle | undefined;
    try {
      file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o666);
      const bytes = await file.readFile();
      if (!bytes.includes(newline)) {
        await file.truncate(0);
        const journal = new Journal(path, file, lock, 0);
        const header = await journal.#begin(facts);
        return { journal, content: { header, records: [], superseded: 0, bytes: journal.#bytes } };
      }
      const content = replayJournal(bytes, path, facts.plan);
      if (content.torn) {
        await file.truncate(content.bytes);
        await file.sync();
      }
      return { journal: new Journal(path, file, lock, content.bytes), content };
    } catch (error) {
      await file?.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Appends one record and waits until the disk has it. Calls queue up in order.
   * @throws InfrastructureError JOURNAL_WRITE_FAILED (disk full); the journal stays whole
   */
  append(record: TrialRecord): Promise<void> {
    const parsed = trialRecordSchema.safeParse(record);
    if (parsed.success) return this.#write(record);
    return Promise.reject(new Error(`the record of trial ${record.trial}: ${firstFault(parsed.error)}`));
  }

  /** Waits for what is being written, closes the file and gives the lock back. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close();
    await this.#lock.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #begin({ run, plan }: JournalFacts): Promise<JournalHeader> {
    const header: JournalHeader = { journal: 'modstorm', version: 1, run, planDigest: plan.digest };
    await this.#write(header);
    await syncFolder(dirname(this.path));
    return header;
  }

  #write(value: JournalHeader | TrialRecord): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    // A failed write rejects its own call and does not stop the next.
    const written = this.#last.catch(() => undefined).then(() => this.#writeLine(line));
    this.#last = written;
    return written;
  }

  async #writeLine(line: Buffer): Promise<void> {
    try {
      let done = 0;
      while (done < line.length) {
        done += (await this.#file.write(line, done, line.length - done, this.#bytes + done)).bytesWritten;
      }
      await this.#file.datasync();
      this.#bytes += line.length;
    } catch (error) {
      // Half a line would damage the journal for the next record: take it back.
      await this.#file.truncate(this.#bytes).catch(() => undefined);
      throw new InfrastructureError('JOURNAL_WRITE_FAILED', `${this.path}: ${(error as Error).message}`, {
        hint: 'Make room on the disk, then go on with `modstorm run --resume`.',
        cause: error,
      });
    }
  }
}

function lockJournal(path: string, purpose: string): Promise<FileLock> {
  return FileLock.acquire(`${path}.lock`, { purpose: `writing the journal (${purpose})`, wait: false });
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InfrastructureError('JOURNAL_EXISTS', `${path} exists already`, {
      hint: 'Go on with it by `modstorm run --resume`.',
    });
  }
}
