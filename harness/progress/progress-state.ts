import type { Outcome, TrialPhase } from '../measurement/record.ts';
import type { Trial } from '../plan/trial.ts';
import type { StepProgress } from '../step.ts';
import type { ProgressEvent } from './event.ts';
import { RemainingTime } from './remaining-time.ts';

/** A running trial. Times are monotonic ms. */
export interface RunningTrial {
  trial: Trial;
  phase: TrialPhase;
  startedMs: number;
  phaseMs: number;
}

/** A running step. */
export interface RunningStep extends StepProgress {
  startedMs: number;
}

/** Everything a display shows, updated by events. Draws nothing. */
export class ProgressState {
  total = 0;
  /** The current activity. */
  status: readonly string[] = [];
  finished = 0;
  readonly outcomes = new Map<Outcome['kind'], number>();
  readonly running = new Map<string, RunningTrial>();
  readonly steps = new Map<string, RunningStep>();
  readonly #estimator = new RemainingTime();
  #pending: Map<string, Trial> | undefined;
  #firstStartMs: number | undefined;

  /** Applies one event that happened at `nowMs`. */
  apply(event: ProgressEvent, nowMs: number): void {
    switch (event.type) {
      case 'run-started':
        this.total = event.trials;
        this.#pending = event.planned && new Map(event.planned.map(trial => [trial.id, trial]));
        return;
      case 'step-started':
      case 'step-progress':
        this.#updateStep(event, nowMs);
        return;
      case 'step-finished':
        this.steps.delete(event.step);
        return;
      case 'trial-started':
        this.#firstStartMs ??= nowMs;
        this.#pending?.delete(event.trial.id);
        this.running.set(event.trial.id, {
          trial: event.trial,
          phase: 'start',
          startedMs: nowMs,
          phaseMs: nowMs,
        });
        return;
      case 'trial-phase':
        this.#updatePhase(event.trial, event.phase, nowMs);
        return;
      case 'trial-finished':
        this.#finish(event.trial, event.record.outcome.kind, event.record.durationNs / 1e6);
        return;
      case 'status':
        this.status = event.lines;
        return;
      case 'warning':
      case 'run-finished':
        return;
    }
  }

  /** Milliseconds until the last trial ends; undefined if unknown or if all is done. */
  remainingMs(nowMs: number): number | undefined {
    if (this.#firstStartMs === undefined || this.finished >= this.total) return undefined;
    const running = [...this.running.values()].map(({ trial, startedMs }) => ({
      vcpus: trial.cell.vcpus,
      ageMs: nowMs - startedMs,
    }));
    return this.#estimator.estimate({
      pending: Math.max(0, this.total - this.finished - running.length),
      pendingVcpus: this.#pending && [...this.#pending.values()].map(trial => trial.cell.vcpus),
      running,
      elapsedMs: nowMs - this.#firstStartMs,
    });
  }

  #updateStep(step: StepProgress, nowMs: number): void {
    this.steps.set(step.step, {
      step: step.step,
      title: step.title,
      fraction: step.fraction,
      detail: step.detail,
      startedMs: this.steps.get(step.step)?.startedMs ?? nowMs,
    });
  }

  #updatePhase(trial: Trial, phase: TrialPhase, nowMs: number): void {
    const running = this.running.get(trial.id);
    if (running && running.phase !== phase) this.running.set(trial.id, { ...running, phase, phaseMs: nowMs });
  }

  #finish(trial: Trial, kind: Outcome['kind'], durationMs: number): void {
    this.running.delete(trial.id);
    this.#pending?.delete(trial.id);
    this.finished++;
    this.outcomes.set(kind, (this.outcomes.get(kind) ?? 0) + 1);
    // An interrupted trial is short and would make the estimate too low.
    if (kind !== 'interrupted' && kind !== 'infrastructure')
      this.#estimator.add(trial.cell.vcpus, durationMs);
  }
}
