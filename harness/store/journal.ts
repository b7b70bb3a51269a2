import { dirname } from 'node:path';
import { HarnessError, hasCode, InfrastructureError } from '../errors.ts';
import { syncFolder } from '../files/atomic.ts';
import { readRegularPieces } from '../files/regular-file.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { closeOnError, ExclusiveLineFile, type LineFileUse } from './exclusive-line-file.ts';
import {
  type JournalContent,
  type JournalHeader,
  JournalReplay,
  newline,
  replayJournal,
} from './journal-content.ts';
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
 * Replays the journal of a run. Takes no lock, so a journal can be read during the run.
 * @throws InfrastructureError JOURNAL_MISSING; JOURNAL_DAMAGED naming file and line; JOURNAL_OTHER_PLAN, JOURNAL_OTHER_RUN
 */
export async function readJournal(path: string, { run, plan }: JournalFacts): Promise<JournalContent> {
  const replay = new JournalReplay(path, plan);
  try {
    await readRegularPieces(path, piece => replay.add(piece));
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new InfrastructureError('JOURNAL_MISSING', `${path} cannot be read: ${(error as Error).message}`, {
      hint: 'The run ended before its first trial, or its folder was copied without the journal.',
      cause: error,
    });
  }
  const replayed = replay.finish();
  demandRun(replayed, path, run);
  return replayed;
}

/** The text of a whole journal, sealed, for a run that is written at once. @throws Error for a record that is not one */
export function journalText({ run, plan }: JournalFacts, records: readonly TrialRecord[]): string {
  const lines = records.map(record => {
    demandRecord(record);
    return sealRecord(record, run);
  });
  return [JSON.stringify(sealedHeader({ run, plan })), ...lines].map(line => `${line}\n`).join('');
}

function demandRecord(record: TrialRecord): void {
  const parsed = trialRecordSchema.safeParse(record);
  if (!parsed.success) throw new Error(`the record of trial ${record.trial}: ${firstFault(parsed.error)}`);
}

function sealedHeader({ run, plan }: JournalFacts): JournalHeader {
  return { journal: 'modstorm', version: 1, run, planDigest: plan.digest, sealed: true };
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
  readonly #file: ExclusiveLineFile;
  #header: JournalHeader | undefined;

  private constructor(file: ExclusiveLineFile) {
    this.path = file.path;
    this.#file = file;
  }

  /**
   * Starts the journal of a new run.
   * @throws InfrastructureError JOURNAL_EXISTS, LOCK_HELD
   */
  static async create(path: string, facts: JournalFacts): Promise<Journal> {
    const file = await createNew(path, facts);
    return closeOnError(file, async () => {
      const journal = new Journal(file);
      await journal.#begin(facts);
      return journal;
    });
  }

  /**
   * Opens the journal of a run to continue it, and returns its content. An incomplete last line is removed before anything
   * is appended; the journal of a run that was killed before it wrote the header is started now.
   * @throws InfrastructureError JOURNAL_DAMAGED, LOCK_HELD; JOURNAL_OTHER_PLAN, JOURNAL_OTHER_RUN if it belongs to
   * another plan or run
   */
  static async resume(
    path: string,
    facts: JournalFacts,
  ): Promise<{ journal: Journal; content: JournalContent }> {
    const file = await ExclusiveLineFile.open(path, useFor(facts));
    return closeOnError(file, async () => {
      const journal = new Journal(file);
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
    });
  }

  /**
   * Appends one record and waits until it is on disk. Calls are queued in order.
   * @throws InfrastructureError JOURNAL_WRITE_FAILED (disk full); the journal stays intact
   */
  async append(record: TrialRecord): Promise<void> {
    demandRecord(record);
    // All lines of one journal have the same form, also those that a newer version appends.
    const line = this.#header?.sealed ? sealRecord(record, this.#header.run) : JSON.stringify(record);
    return this.#file.append(`${line}\n`);
  }

  /** Waits for pending writes, closes the file and releases the lock. */
  async close(): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #begin(facts: JournalFacts): Promise<{ header: JournalHeader; bytes: number }> {
    const header = sealedHeader(facts);
    this.#header = header;
    const line = `${JSON.stringify(header)}\n`;
    await this.#file.append(line);
    await syncFolder(dirname(this.path));
    return { header, bytes: Buffer.byteLength(line) };
  }
}

function useFor({ run }: JournalFacts): LineFileUse {
  return { purpose: `writing the journal (${run})`, resume: 'modstorm run --resume' };
}

async function createNew(path: string, facts: JournalFacts): Promise<ExclusiveLineFile> {
  try {
    return await ExclusiveLineFile.create(path, useFor(facts));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw new InfrastructureError('JOURNAL_EXISTS', `${path} already exists`, {
      hint: 'Continue it with `modstorm run --resume`.',
    });
  }
}
