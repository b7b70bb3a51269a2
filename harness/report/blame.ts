import type { TrialRecord } from '../measurement/record.ts';
import { type BlameRow, mergeBlame } from '../measurement/trace/blame.ts';

/** The ledgers of a cell's boots, added up. */
export interface BlameReport {
  /** Boots with a ledger. */
  boots: number;
  /** Of these, the boots whose ledger agrees with everything that the kernel counted; unknown without counters. */
  addsUp: number | 'unknown';
  attempts: number;
  /** Who asked; most wasteful first. */
  rows: BlameRow[];
}

/** Adds up the ledgers of boots; undefined if none was traced. Pure. */
export function blameReport(records: readonly TrialRecord[]): BlameReport | undefined {
  const ledgers = records.flatMap(({ ledger }) => ledger ?? []);
  if (ledgers.length === 0) return undefined;
  return {
    boots: ledgers.length,
    addsUp: ledgers.filter(ledger => ledger.addsUp).length,
    attempts: ledgers.reduce((sum, ledger) => sum + ledger.attempts, 0),
    rows: mergeBlame(ledgers.map(ledger => ledger.blame)),
  };
}
