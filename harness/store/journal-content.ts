import { z } from 'zod';
import { InfrastructureError } from '../errors.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan, Trial } from '../plan/trial.ts';
import { sealFault } from './record-seal.ts';
import { firstFault, objectOf, text } from './schema.ts';
import { trialRecordSchema } from './trial-record-schema.ts';

/** The first line of a journal. */
export interface JournalHeader {
  journal: 'modstorm';
  version: 1;
  run: string;
  planDigest: string;
  /** Every record carries the name of its run and a checksum; absent in journals of versions that did not seal them. */
  sealed?: true;
}

/** A replayed journal. */
export interface JournalContent {
  header: JournalHeader;
  /** One record per trial, in the order of the lines. If a resumed run repeated a trial, its last record. */
  records: TrialRecord[];
  /** Number of records replaced by a later one of the same trial. */
  superseded: number;
  /** An incomplete last line: the writer died or is still writing. It is not a record. */
  torn?: { line: number; bytes: number };
  /** Length of the complete part. */
  bytes: number;
}

/** What ends every line, as a byte. */
export const newline = 0x0a;

/**
 * Replays the journal of a plan, which may come in pieces. Pure. A line that ends in a newline was written completely, so a
 * damaged one was not cut by a crash but changed by something else, and is an error.
 */
export class JournalReplay {
  readonly #path: string;
  readonly #plan: Plan;
  readonly #trials: ReadonlyMap<string, Trial>;
  readonly #records = new Map<string, TrialRecord>();
  #header: JournalHeader | undefined;
  #superseded = 0;
  #line = 1;
  #bytes = 0;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer[] = [];

  /** @param path for messages */
  constructor(path: string, plan: Plan) {
    this.#path = path;
    this.#plan = plan;
    this.#trials = new Map(plan.trials.map(trial => [trial.id, trial]));
  }

  /**
   * Adds the next bytes, which are not kept.
   * @throws InfrastructureError JOURNAL_DAMAGED with file and line; JOURNAL_OTHER_PLAN if it belongs to another plan
   */
  add(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      const line = Buffer.concat([...this.#rest, piece.subarray(start, end)]);
      this.#rest = [];
      start = end + 1;
      this.#addLine(line.toString('utf8'));
      this.#bytes += line.length + 1;
      this.#line++;
    }
    if (start < piece.length) this.#rest.push(Buffer.from(piece.subarray(start)));
  }

  /**
   * What the journal contains.
   * @throws InfrastructureError JOURNAL_DAMAGED if it has no header
   */
  finish(): JournalContent {
    if (this.#header === undefined)
      throw damaged(this.#path, 1, 'is not a header, which must be the first line');
    const rest = this.#rest.reduce((sum, { length }) => sum + length, 0);
    const result: JournalContent = {
      header: this.#header,
      records: [...this.#records.values()],
      superseded: this.#superseded,
      bytes: this.#bytes,
    };
    return rest > 0 ? { ...result, torn: { line: this.#line, bytes: rest } } : result;
  }

  #addLine(written: string): void {
    const [path, line] = [this.#path, this.#line];
    const value = parseLine(written, path, line);
    if (this.#header === undefined) {
      const header = checkHeader(value, path);
      if (header.planDigest !== this.#plan.digest)
        throw otherPlan(path, header.planDigest, this.#plan.digest);
      this.#header = header;
      return;
    }
    const { sealed, run } = this.#header;
    const record = checkRecord(value, path, line);
    const fault =
      contradiction(record, this.#trials.get(record.trial)) ??
      (sealed ? sealFault(written, value, run) : undefined);
    if (fault !== undefined) throw damaged(path, line, fault);
    if (this.#records.delete(record.trial)) this.#superseded++;
    this.#records.set(record.trial, record);
  }
}

/** Replays a whole journal; see JournalReplay for what it throws. */
export function replayJournal(content: Buffer, path: string, plan: Plan): JournalContent {
  const replay = new JournalReplay(path, plan);
  replay.add(content);
  return replay.finish();
}

function parseLine(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, line, `is not JSON (${(error as Error).message.slice(0, 100)})`);
  }
}

const headerSchema = objectOf<JournalHeader>({
  journal: z.literal('modstorm'),
  version: z.literal(1),
  run: text,
  planDigest: text,
  sealed: z.exactOptional(z.literal(true)),
});

function checkHeader(value: unknown, path: string): JournalHeader {
  const member = (name: string) => (value as Record<string, unknown> | null)?.[name];
  if (member('journal') !== 'modstorm') throw damaged(path, 1, 'is not a journal header');
  if (member('version') !== 1) throw damaged(path, 1, otherVersion(member('version')));
  const parsed = headerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw damaged(path, 1, `is not a journal header: ${firstFault(parsed.error)}`);
}

function checkRecord(value: unknown, path: string, line: number): TrialRecord {
  const parsed = trialRecordSchema.safeParse(value);
  if (parsed.success) {
    const record = parsed.data;
    // zod copies the metrics into a hash table. As JSON.parse made them they take a quarter of its memory.
    record.metrics = (value as TrialRecord).metrics;
    return record;
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== 1) throw damaged(path, line, otherVersion(version));
  throw damaged(path, line, `is not a trial record: ${firstFault(parsed.error)}`);
}

function otherVersion(version: unknown): string {
  return `has version ${JSON.stringify(version)}, but this modstorm reads version 1`;
}

/** How a record contradicts the plan, if it does. */
function contradiction(record: TrialRecord, trial: Trial | undefined): string | undefined {
  if (trial === undefined) return `has the trial ${record.trial}, which plan.json does not have`;
  if (record.cell !== trial.cell.id) return `has the cell ${record.cell}, but plan.json has ${trial.cell.id}`;
  for (const name of ['repetition', 'order'] as const) {
    if (record[name] !== trial[name]) return `has ${name} ${record[name]}, but plan.json has ${trial[name]}`;
  }
  return undefined;
}

function damaged(path: string, line: number, what: string): InfrastructureError {
  return new InfrastructureError('JOURNAL_DAMAGED', `${path}:${line} ${what}`, {
    hint: `Restore the file from a copy, or delete the line (sed -i ${line}d) and let \`modstorm run --resume\` repeat its trial.`,
  });
}

function otherPlan(path: string, found: string, wanted: string): InfrastructureError {
  return new InfrastructureError(
    'JOURNAL_OTHER_PLAN',
    `${path} belongs to the plan ${found.slice(0, 12)}, but plan.json is ${wanted.slice(0, 12)}`,
    { hint: 'Restore journal.ndjson and plan.json from the same copy of the run.' },
  );
}
