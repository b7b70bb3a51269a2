import { dirname } from 'node:path';
import { HarnessError, InfrastructureError } from '../errors.ts';
import { syncFolder } from '../files/atomic.ts';
import { LineFile } from '../files/line-file.ts';
import { FileLock } from '../files/lock.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { type JournalContent, type JournalHeader, newline, replayJournal } from './journal-content.ts';
import { sealRecord } from './record-seal.ts';
import { firstFault } from './schema.ts';
import { trialRecordSchema } from './trial-record-schema.ts';

/** The run that a journal belongs to. */
export interface JournalFacts {
  /** Name of the run. */
  run: string;
  plan: Plan;
}

/**
 * Replays the journal of a run. Takes no lock: a run that goes on may be read.
 * @throws InfrastructureError JOURNAL_MISSING; JOURNAL_DAMAGED naming file and line; JOURNAL_OTHER_PLAN, JOURNAL_OTHER_RUN
 */
export async function readJournal(path: string, { run, plan }: JournalFacts): Promise<JournalContent> {
  let content: Buffer;
  try {
    content = await readRegularFile(path);
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new InfrastructureError('JOURNAL_MISSING', `${path} cannot be read: ${(error as Error).message}`, {
      hint: 'The run ended before its first trial, or its folder was copied without the journal.',
      cause: error,
    });
  }
  const replayed = replayJournal(content, path, plan);
  demandRun(replayed, path, run);
  return replayed;
}

function demandRun({ header }: JournalContent, path: string, run: string): void {
  if (header.run === run) return;
  throw new InfrastructureError(
    'JOURNAL_OTHER_RUN',
    `${path} belongs to the run ${JSON.stringify(header.run)}, and run.json to ${JSON.stringify(run)}`,
    { hint: 'Restore journal.ndjson and run.json from one copy of the run.' },
  );
}

/** Appends records to the journal of a run. Only one process at a time can have it open. */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #file: LineFile;
  readonly #lock: FileLock;
  #header: JournalHeader | undefined;

  private constructor(file: LineFile, lock: FileLock) {
    this.path = file.path;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Starts the journal of a new run.
   * @throws InfrastructureError JOURNAL_EXISTS, LOCK_HELD
   */
  static async create(path: string, facts: JournalFacts): Promise<Journal> {
    const lock = await lockJournal(path, facts.run);
    let file: LineFile | undefined;
    try {
      file = await createNew(path);
      const journal = new Journal(file, lock);
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
   * @throws InfrastructureError JOURNAL_DAMAGED, LOCK_HELD; JOURNAL_OTHER_PLAN, JOURNAL_OTHER_RUN when it belongs to
   * another plan or run
   */
  static async resume(
    path: string,
    facts: JournalFacts,
  ): Promise<{ journal: Journal; content: JournalContent }> {
    const lock = await lockJournal(path, facts.run);
    let file: LineFile | undefined;
    try {
      file = await LineFile.open(path);
      const journal = new Journal(file, lock);
      const bytes = await file.read();
      if (!bytes.includes(newline)) {
        await file.cut(0);
        const { header, bytes } = await journal.#begin(facts);
        return { journal, content: { header, records: [], superseded: 0, bytes } };
      }
      const content = replayJournal(bytes, path, facts.plan);
      demandRun(content, path, facts.run);
      journal.#header = content.header;
      await file.cut(content.bytes);
      return { journal, content };
    } catch (error) {
      await file?.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Appends one record and waits until it is on disk. Calls are queued in order.
   * @throws InfrastructureError JOURNAL_WRITE_FAILED (disk full); the journal stays intact
   */
  append(record: TrialRecord): Promise<void> {
    const parsed = trialRecordSchema.safeParse(record);
    if (parsed.success) {
      // The lines of one journal are all alike, also those that a newer version appends.
      const line = this.#header?.sealed ? sealRecord(record, this.#header.run) : JSON.stringify(record);
      return this.#write(`${line}\n`);
    }
    return Promise.reject(new Error(`the record of trial ${record.trial}: ${firstFault(parsed.error)}`));
  }

  /** Waits for pending writes, closes the file and releases the lock. */
  async close(): Promise<void> {
    await this.#file.close();
    await this.#lock.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #begin({ run, plan }: JournalFacts): Promise<{ header: JournalHeader; bytes: number }> {
    const header: JournalHeader = {
      journal: 'modstorm',
      version: 1,
      run,
      planDigest: plan.digest,
      sealed: true,
    };
    this.#header = header;
    const line = `${JSON.stringify(header)}\n`;
    await this.#write(line);
    await syncFolder(dirname(this.path));
    return { header, bytes: Buffer.byteLength(line) };
  }

  async #write(line: string): Promise<void> {
    try {
      await this.#file.append(line);
    } catch (error) {
      throw new InfrastructureError('JOURNAL_WRITE_FAILED', `${this.path}: ${(error as Error).message}`, {
        hint: 'Free some disk space, then continue with `modstorm run --resume`.',
        cause: error,
      });
    }
  }
}

function lockJournal(path: string, purpose: string): Promise<FileLock> {
  return FileLock.acquire(`${path}.lock`, { purpose: `writing the journal (${purpose})`, wait: false });
}

async function createNew(path: string): Promise<LineFile> {
  try {
    return await LineFile.create(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InfrastructureError('JOURNAL_EXISTS', `${path} already exists`, {
      hint: 'Continue it with `modstorm run --resume`.',
    });
  }
}
