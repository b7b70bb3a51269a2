import type { Attempt } from '../measurement/trace/attempt.ts';
import { requesterName } from '../measurement/trace/requester.ts';

/** A complete event (`ph: X`) of the Trace Event Format; times in microseconds. */
interface ChromeEvent {
  name: string;
  cat: string;
  ph: 'X';
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args: Record<string, string | number>;
}

/**
 * The calls as Chrome's Trace Event Format in JSON, which Perfetto (ui.perfetto.dev) and chrome://tracing open: one lane
 * for each task.
 */
export function chromeTrace(attempts: readonly Attempt[]): string {
  const events = attempts.map(
    (attempt): ChromeEvent => ({
      name: `${attempt.module ?? 'unknown'} ${attempt.outcome}`,
      cat: attempt.outcome,
      ph: 'X',
      ts: attempt.startNs / 1000,
      dur: attempt.durationNs / 1000,
      // One process, so that the lanes of all tasks are below each other.
      pid: 1,
      tid: attempt.pid,
      args: {
        call: attempt.call,
        who: requesterName(attempt.requester),
        bytes: attempt.bytes,
        ...(attempt.error !== undefined && { error: attempt.error }),
      },
    }),
  );
  return `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents: events })}\n`;
}
