import type { CounterName } from '../module-stats/kernel-counter.ts';
import type { DuplicateReason } from '../module-stats/module-stats.ts';
import type { Attempt, RefusalStage } from './attempt.ts';

/** The counters that a ledger predicts. The sizes of loaded modules are not in a trace. */
export type PredictedCounter = Exclude<CounterName, 'total_mod_size' | 'total_text_size'>;

/** What the kernel's statistics must be if the ledger is complete. */
export interface LedgerSums {
  counters: Record<PredictedCounter, number>;
  /** The rows of the table in the stats text, by module. */
  duplicates: Map<string, { count: number; reason: DuplicateReason }>;
}

/** The counters that a load which failed at a stage increments: by one, and by its bytes. */
const countersOfStage: Readonly<
  Record<Exclude<RefusalStage, 'call'>, readonly [count: PredictedCounter, bytes: PredictedCounter]>
> = {
  read: ['failed_kreads', 'invalid_kread_bytes'],
  unpack: ['failed_decompress', 'invalid_decompress_bytes'],
  early: ['failed_becoming', 'invalid_becoming_bytes'],
  late: ['failed_load_modules', 'invalid_mod_bytes'],
};

/** Adds up attempts as the kernel does. */
export function sumAttempts(attempts: readonly Attempt[]): LedgerSums {
  const sums: LedgerSums = {
    counters: {
      modcount: 0,
      failed_kreads: 0,
      failed_decompress: 0,
      failed_becoming: 0,
      failed_load_modules: 0,
      invalid_kread_bytes: 0,
      invalid_decompress_bytes: 0,
      invalid_becoming_bytes: 0,
      invalid_mod_bytes: 0,
    },
    duplicates: new Map(),
  };
  for (const attempt of attempts) {
    if (attempt.outcome === 'loaded') sums.counters.modcount++;
    const stage = failureStage(attempt);
    if (stage === undefined) continue;
    const [count, bytes] = countersOfStage[stage];
    sums.counters[count]++;
    sums.counters[bytes] += attempt.bytes;
    if (attempt.outcome !== 'refused') addDuplicate(sums, attempt, stage);
  }
  return sums;
}

function failureStage({ outcome, stage }: Attempt): Exclude<RefusalStage, 'call'> | undefined {
  if (outcome === 'duplicate-early') return 'early';
  if (outcome === 'duplicate-late') return 'late';
  return stage === 'call' ? undefined : stage;
}

function addDuplicate({ duplicates }: LedgerSums, { module = '' }: Attempt, stage: RefusalStage): void {
  const reason: DuplicateReason = stage === 'early' ? 'Becoming' : 'Load';
  const row = duplicates.get(module);
  if (!row) duplicates.set(module, { count: 1, reason });
  else {
    row.count++;
    if (row.reason !== reason) row.reason = 'Becoming & Load';
  }
}
