import type { BlameRow } from './blame.ts';

/** What a record keeps of a ledger; the trace itself is in the folder of the trial. */
export interface LedgerSummary {
  /** Calls of finit_module() and init_module() since the boot. */
  attempts: number;
  lostEvents: number;
  /** Whether it agrees with all counters and with the table of the stats text. */
  addsUp: boolean;
  /** Who asked, and what came of it; most wasteful first. */
  blame: BlameRow[];
}
