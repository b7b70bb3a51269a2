import { escapeText } from '../escape.ts';
import type { Outcome } from '../measurement/record.ts';
import type { Paint } from '../paint.ts';
import { formatDuration } from '../units.ts';
import type { ProgressEvent } from './event.ts';
import type { ProgressState } from './progress-state.ts';

/** `PASS    [  7.5s] ( 3/24) config=stats vcpus=8`, with the reason if it did not pass. */
export function finishedLine(
  event: ProgressEvent & { type: 'trial-finished' },
  state: ProgressState,
  paint: Paint,
): string {
  const { outcome, durationNs } = event.record;
  const width = String(state.total).length;
  const word = paint(outcomeWords[outcome.kind].padEnd(7), outcomeColour(outcome.kind));
  // The number of boots that a search needs is unknown.
  const count =
    state.total === 0 ? `(${state.finished})` : `(${String(state.finished).padStart(width)}/${state.total})`;
  const reason = outcomeReason(outcome);
  const label = escapeText(event.trial.cell.label, { length: 200 });
  return `${word} [${seconds(durationNs / 1e6)}] ${count} ${label}${reason ? `: ${reason}` : ''}`;
}

/** `DONE    [296.2s] kernel lts, stats` or `CACHED`. */
export function stepFinishedLine(event: ProgressEvent & { type: 'step-finished' }): string {
  const title = escapeText(event.title, { length: 200 });
  return event.cached ? `CACHED  ${title}` : `DONE    [${seconds(event.durationNs / 1e6)}] ${title}`;
}

/** `Running 24 trials of 8 cells under tcg, 2 cores for guests: results/…`. */
export function runStartedLine(event: ProgressEvent & { type: 'run-started' }): string {
  const trials = `${event.trials} ${event.trials === 1 ? 'trial' : 'trials'}`;
  const cells = `${event.cells} ${event.cells === 1 ? 'cell' : 'cells'}`;
  const cores = `${event.jobs} ${event.jobs === 1 ? 'core' : 'cores'} for guests`;
  return `Running ${trials} of ${cells} under ${escapeText(event.accelerator)}, ${cores}: ${escapeText(event.folder)}`;
}

/** A warning, with its hint on a separate line. */
export function warningLines(event: ProgressEvent & { type: 'warning' }, paint: Paint): string[] {
  const lines = [`${paint('WARNING', 'yellow')} ${escapeText(event.message, { length: 1000 })}`];
  if (event.hint) lines.push(`        ${escapeText(event.hint, { length: 1000 })}`);
  return lines;
}

/** `22 passed, 2 crashed`; empty if nothing has ended. */
export function outcomeSummary(outcomes: ReadonlyMap<Outcome['kind'], number>): string {
  const kinds = Object.keys(outcomeWords) as Outcome['kind'][];
  return kinds.flatMap(kind => (outcomes.has(kind) ? [`${outcomes.get(kind)} ${kind}`] : [])).join(', ');
}

/** `config=stats vcpus=8` cut to a width. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `  7.5s`, at least six characters. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)}s`.padStart(6);
}

/** `1 min 05 s left`, or empty. */
export function timeLeft(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  // Tenths of a second would suggest more precision than an estimate has.
  const whole = Math.max(1, Math.ceil(milliseconds / 1000));
  return whole < 60 ? `${whole} s left` : `${formatDuration(whole * 1e9)} left`;
}

function outcomeColour(kind: Outcome['kind']): 'green' | 'red' | 'yellow' {
  if (kind === 'passed') return 'green';
  return kind === 'interrupted' ? 'yellow' : 'red';
}

/** The words of the outcomes, at most seven letters, for lines and tables. */
const outcomeWords: Record<Outcome['kind'], string> = {
  passed: 'PASS',
  failed: 'FAIL',
  invalid: 'INVALID',
  timeout: 'TIMEOUT',
  crashed: 'CRASH',
  infrastructure: 'LOST',
  interrupted: 'STOPPED',
};
/** The reason for an outcome, escaped, on one line; empty if there is nothing to add. */
function outcomeReason(outcome: Outcome, length = 200): string {
  switch (outcome.kind) {
    case 'passed':
    case 'interrupted':
      return '';
    case 'timeout':
      return escapeText(`in ${outcome.phase}: ${outcome.reason}`, { length });
    case 'crashed':
      return escapeText(outcome.title, { length });
    default:
      return escapeText(outcome.reason, { length });
  }
}
