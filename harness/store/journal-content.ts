import { InfrastructureError } from '../errors.ts';
import type { TrialRecord } from '../measurement/record.ts';
import { recordFault } from './record-check.ts';

/** The first line of a journal. */
export interface JournalHeader {
  journal: 'modstorm';
  version: 1;
  run: string;
  planDigest: string;
}

/** A journal as replayed. */
export interface JournalContent {
  header: JournalHeader;
  /** One record per trial, in the order of the lines; of two records for a trial (a resume ran it again) the last. */
  records: TrialRecord[];
  /** Records that a later one of the same trial replaced. */
  superseded: number;
  /** The last line lacks its end: the writer died, or is writing just now. It is no record. */
  torn?: { line: number; bytes: number };
  /** Length of the part that is whole. */
  bytes: number;
}

/** What ends every line, as a byte. */
export const newline = 0x0a;

/**
 * Replays the bytes of a journal; pure. A line that ends in a newline was written whole, so a damaged one was not
 * torn by a crash but changed by something else, and is an error.
 * @throws InfrastructureError JOURNAL_DAMAGED
 */
export function replayJournal(content: Buffer, path: string): JournalContent {
  const records = new Map<string, TrialRecord>();
  let header: JournalHeader | undefined;
  let superseded = 0;
  let start = 0;
  let line = 1;
  for (let end = content.indexOf(newline); end >= 0; end = content.indexOf(newline, start), line++) {
    const value = parseLine(content.toString('utf8', start, end), path, line);
    start = end + 1;
    if (header === undefined) {
      header = checkHeader(value, path);
      continue;
    }
    const fault = recordFault(value);
    if (fault !== undefined) throw damaged(path, line, fault);
    const record = value as TrialRecord;
    if (records.delete(record.trial)) superseded++;
    records.set(record.trial, record);
  }
  if (header === undefined) throw damaged(path, 1, 'has no header, which is the first line');
  const rest = content.length - start;
  const result: JournalContent = { header, records: [...records.values()], superseded, bytes: start };
  return rest > 0 ? { ...result, torn: { line, bytes: rest } } : result;
}

function parseLine(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, line, `is no JSON (${(error as Error).message.slice(0, 100)})`);
  }
}

function checkHeader(value: unknown, path: string): JournalHeader {
  const header = value as Partial<JournalHeader> | null;
  if (typeof header !== 'object' || header?.journal !== 'modstorm')
    throw damaged(path, 1, 'is no journal header');
  if (header.version !== 1)
    throw damaged(path, 1, `has version ${header.version}, and this modstorm reads version 1`);
  return header as JournalHeader;
}

function damaged(path: string, line: number, what: string): InfrastructureError {
  return new InfrastructureError('JOURNAL_DAMAGED', `${path}:${line} ${what}`, {
    hint: `Restore the file from a copy, or delete the line (sed -i ${line}d) and let \`modstorm run --resume\` run its trial again.`,
  });
}
