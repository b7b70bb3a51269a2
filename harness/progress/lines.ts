import { escapeText } from '../escape.ts';
import type { Paint } from '../paint.ts';
import type { ProgressClock } from './clock.ts';
import type { ProgressEvent } from './event.ts';
import {
  finishedLine,
  outcomeSummary,
  runStartedLine,
  seconds,
  stepFinishedLine,
  warningLines,
} from './format.ts';
import { ProgressState } from './progress-state.ts';

const stepPauseMs = 10_000;
const stepFraction = 0.1;
const slowMs = 60_000;
const slowCheckMs = 10_000;

/** Progress as plain lines, for logs: one per step's start and end and per finished trial. */
export class ProgressLines {
  readonly #write: (text: string) => void;
  readonly #clock: ProgressClock;
  readonly #paint: Paint;
  readonly #state = new ProgressState();
  readonly #lastStep = new Map<string, { atMs: number; fraction: number }>();
  /** How often each running trial has been reported as slow. */
  readonly #slow = new Map<string, number>();
  readonly #stopCheck: () => void;
  readonly #startedMs: number;

  constructor(write: (text: string) => void, clock: ProgressClock, paint: Paint) {
    this.#write = write;
    this.#clock = clock;
    this.#paint = paint;
    this.#startedMs = clock.now();
    this.#stopCheck = clock.every(slowCheckMs, () => this.#tellSlow());
  }

  /** Handles one event and prints it if it matters. */
  handle(event: ProgressEvent): void {
    const nowMs = this.#clock.now();
    const shown = this.#state.status[0];
    this.#state.apply(event, nowMs);
    for (const line of this.#linesOf(event, nowMs, shown)) this.#write(`${line}\n`);
  }

  /** Stops the clock. */
  close(): void {
    this.#stopCheck();
  }

  #linesOf(event: ProgressEvent, nowMs: number, shown: string | undefined): string[] {
    switch (event.type) {
      case 'run-started':
        return [runStartedLine(event)];
      case 'step-started':
        this.#lastStep.set(event.step, { atMs: nowMs, fraction: event.fraction ?? 0 });
        return [`START   ${escapeText(event.title, { length: 200 })}${stepDetail(event)}`];
      case 'step-progress':
        return this.#stepLines(event, nowMs);
      case 'step-finished':
        this.#lastStep.delete(event.step);
        return [stepFinishedLine(event)];
      case 'trial-finished':
        this.#slow.delete(event.trial.id);
        return [finishedLine(event, this.#state, this.#paint)];
      case 'status':
        // Print each activity only once.
        if (event.lines[0] === shown) return [];
        return event.lines.map(
          (line, index) => `${index === 0 ? 'NOW    ' : '       '} ${escapeText(line, { length: 300 })}`,
        );
      case 'warning':
        return warningLines(event, this.#paint);
      case 'run-finished': {
        const took = seconds(nowMs - this.#startedMs).trim();
        const summary = outcomeSummary(this.#state.outcomes) || 'no trial ended';
        return [`${event.interrupted ? 'Interrupted' : 'Finished'} after ${took}: ${summary}`];
      }
      case 'trial-started':
      case 'trial-phase':
        return [];
    }
  }

  #stepLines(event: ProgressEvent & { type: 'step-progress' }, nowMs: number): string[] {
    const last = this.#lastStep.get(event.step) ?? { atMs: Number.NEGATIVE_INFINITY, fraction: 0 };
    const fraction = event.fraction ?? last.fraction;
    if (nowMs - last.atMs < stepPauseMs && fraction - last.fraction < stepFraction) return [];
    this.#lastStep.set(event.step, { atMs: nowMs, fraction });
    const percent = event.fraction === undefined ? '' : ` ${Math.floor(event.fraction * 100)} %`;
    return [`...     ${escapeText(event.title, { length: 200 })}${percent}${stepDetail(event)}`];
  }

  /** A silent log looks like a hang, and some CI systems kill it: report long-running trials once per minute. */
  #tellSlow(): void {
    const nowMs = this.#clock.now();
    for (const [id, running] of this.#state.running) {
      const minutes = Math.floor((nowMs - running.startedMs) / slowMs);
      if (minutes <= (this.#slow.get(id) ?? 0)) continue;
      this.#slow.set(id, minutes);
      const age = seconds(nowMs - running.startedMs);
      const label = escapeText(running.trial.cell.label, { length: 200 });
      this.#write(`SLOW    [${age}] ${label} (${running.phase})\n`);
    }
  }
}

/** What a step is doing; long enough to show what it waits for. */
function stepDetail({ detail }: { detail?: string | undefined }): string {
  return detail ? ` ${escapeText(detail, { length: 200 })}` : '';
}
