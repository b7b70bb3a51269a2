import { escapeText } from '../escape.ts';
import { cut, outcomeSummary, seconds, timeLeft } from './format.ts';
import type { ProgressState, RunningStep, RunningTrial } from './progress-state.ts';

const mostTrials = 8;
const mostSteps = 4;
const barWidth = 24;

/**
 * Renders the lines of the live window. Pure. No line is wider than `columns - 1`, and there are fewer lines than
 * `rows`: a terminal that wraps or scrolls would break the redrawing.
 */
export function renderFrame(
  state: ProgressState,
  nowMs: number,
  columns: number,
  rows = Number.POSITIVE_INFINITY,
): string[] {
  const lines = state.status.map(line => escapeText(line, { length: 300 }));
  if (state.total > 0) lines.push(barLine(state, nowMs));
  const steps = [...state.steps.values()];
  for (const step of steps.slice(-mostSteps)) lines.push(stepLine(step, nowMs));
  const trials = [...state.running.values()];
  const labelWidth = Math.max(10, Math.min(50, ...[Math.max(...trials.map(labelLength), 0)], columns - 24));
  for (const trial of trials.slice(0, mostTrials)) lines.push(trialLine(trial, nowMs, labelWidth));
  if (trials.length > mostTrials) lines.push(`  … and ${trials.length - mostTrials} more`);
  return lines.slice(0, Math.max(1, rows - 1)).map(line => cut(line, columns - 1));
}

function barLine(state: ProgressState, nowMs: number): string {
  const percent = Math.floor((100 * state.finished) / state.total);
  const summary = outcomeSummary(state.outcomes);
  const parts = [
    bar(state.finished / state.total),
    `${state.finished}/${state.total}`,
    `${percent} %`,
    timeLeft(state.remainingMs(nowMs)),
    summary,
  ];
  return parts.filter(part => part !== '').join('  ');
}

function stepLine(step: RunningStep, nowMs: number): string {
  const title = escapeText(step.title, { length: 80 });
  const fraction =
    step.fraction === undefined ? '' : `  ${Math.floor(step.fraction * 100)} %  ${bar(step.fraction)}`;
  const detail = step.detail ? `  ${escapeText(step.detail, { length: 100 })}` : '';
  return `  ${title}  ${seconds(nowMs - step.startedMs).trim()}${fraction}${detail}`;
}

function trialLine(running: RunningTrial, nowMs: number, width: number): string {
  const label = cut(escapeText(running.trial.cell.label, { length: 200 }), width).padEnd(width);
  return `  ${label}  ${running.phase.padEnd(8)} ${seconds(nowMs - running.startedMs)}`;
}

function labelLength({ trial }: RunningTrial): number {
  return escapeText(trial.cell.label, { length: 200 }).length;
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth);
  return `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}]`;
}
