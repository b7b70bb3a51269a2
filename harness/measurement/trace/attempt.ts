import type { Requester } from './requester.ts';

/**
 * What came of one call of finit_module() or init_module().
 *
 * - `loaded`: it loaded the module.
 * - `merged`: it waited for another load of the same file and got its result (Linux 6.5 and later). No counter shows it.
 * - `duplicate-early`: the module was there before its memory was laid out (`failed_becoming`).
 * - `duplicate-late`: another load was quicker after the layout (`failed_load_modules`).
 * - `init-failed`: the module was loaded, and its init function returned an error. No counter shows it.
 * - `refused`: it failed for another reason than a duplicate.
 * - `unfinished`: the trace ends before the call.
 */
export const attemptOutcomes = [
  'loaded',
  'merged',
  'duplicate-early',
  'duplicate-late',
  'init-failed',
  'refused',
  'unfinished',
] as const;

/** See `attemptOutcomes`. */
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** How far a refused load came; this decides which counter the kernel increments. `call` increments none. */
export type RefusalStage = 'call' | 'read' | 'unpack' | 'early' | 'late';

/** What the events between the entry and the exit of one call show. Lengths in bytes. */
export interface AttemptEvidence {
  call: 'finit_module' | 'init_module';
  /** Of finit_module(); MODULE_INIT_COMPRESSED_FILE is 4. */
  flags: number;
  /** Of init_module(): the length of the module in memory. */
  length: number;
  /** What kernel_read_file() returned; undefined if the call did not read. */
  read?: number;
  unpacked?: { error: number; bytes: number };
  laidOut: boolean;
  /** The module was complete, and its init function was called. */
  initialised: boolean;
  /** 0 or a negative errno; undefined if the trace ends before. */
  result?: number;
}

/** One call, judged. */
export interface Attempt {
  /** As the kernel names it, with underscores; undefined if nothing told. */
  module: string | undefined;
  call: AttemptEvidence['call'];
  /** Thread that made the call. */
  pid: number;
  /** By the trace's clock. */
  startNs: number;
  /** Time in the call; until the end of the trace if it is unfinished. */
  durationNs: number;
  outcome: AttemptOutcome;
  /** Of a refused load. */
  stage?: RefusalStage;
  /** Name of the error that the call returned, such as `EEXIST`. */
  error?: string;
  /** What the kernel allocated and threw away again, as kernel/module/stats.c counts it. */
  bytes: number;
  requester: Requester;
}

/** `loaded`, or `refused ENOEXEC`. */
export function outcomeText({ outcome, error }: Pick<Attempt, 'outcome' | 'error'>): string {
  return error === undefined ? outcome : `${outcome} ${error}`;
}

/** When the first of some attempts began and the last ended, ns; there may be a million of them. */
export function timeSpan(attempts: readonly Attempt[]): { firstNs: number; lastNs: number } {
  let [firstNs, lastNs] = [Number.POSITIVE_INFINITY, 0];
  for (const { startNs, durationNs } of attempts) {
    firstNs = Math.min(firstNs, startNs);
    lastNs = Math.max(lastNs, startNs + durationNs);
  }
  return { firstNs, lastNs };
}
