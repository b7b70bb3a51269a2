import { createHash } from 'node:crypto';
import type { TrialRecord } from '../measurement/record.ts';

/** The end of a sealed line: the first 16 hexadecimal digits of the SHA-256 of the line without it. */
const seal = /,"check":"([0-9a-f]{16})"\}$/;

/** A record as a line of the journal of a run, without its newline: it names its run and carries a checksum. */
export function sealRecord(record: TrialRecord, run: string): string {
  const line = JSON.stringify({ ...record, run });
  return `${line.slice(0, -1)},"check":"${checksum(line)}"}`;
}

/**
 * Checks that a line was written by `sealRecord` for this run.
 * @param value the line, parsed
 * @returns what is wrong with it; undefined if it is intact
 */
export function sealFault(line: string, value: unknown, run: string): string | undefined {
  const found = seal.exec(line);
  if (found === null) return 'carries no checksum';
  if (checksum(`${line.slice(0, found.index)}}`) !== found[1])
    return 'was changed: its checksum does not fit';
  const named = (value as { run?: unknown }).run;
  return named === run ? undefined : `belongs to another run, ${JSON.stringify(named)}`;
}

function checksum(line: string): string {
  return createHash('sha256').update(line).digest('hex').slice(0, 16);
}
