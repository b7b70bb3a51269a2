import type { ProgressEvent, ProgressSink } from '../progress/event.ts';
import type { StepProgress } from '../step.ts';

/** Turns progress reports into events: the first report of a step starts it, a fraction of 1 ends it. */
export class StepEvents {
  readonly #sink: ProgressSink;
  readonly #open = new Map<string, { progress: StepProgress; since: bigint }>();
  readonly #closed = new Set<string>();

  constructor(sink: ProgressSink) {
    this.#sink = sink;
  }

  readonly sink = (progress: StepProgress): void => {
    const known = this.#open.get(progress.step);
    if (progress.fraction === 1) {
      this.#close(progress);
      return;
    }
    if (known) {
      known.progress = progress;
      this.#sink({ type: 'step-progress', ...progress });
      return;
    }
    this.#closed.delete(progress.step);
    this.#open.set(progress.step, { progress, since: process.hrtime.bigint() });
    this.#sink({ type: 'step-started', ...progress });
  };

  /** Ends all steps that are still open. */
  finish(): void {
    for (const { progress } of [...this.#open.values()]) this.#close(progress);
  }

  #close(progress: StepProgress): void {
    const known = this.#open.get(progress.step);
    if (!known || this.#closed.has(progress.step)) return;
    this.#open.delete(progress.step);
    this.#closed.add(progress.step);
    const event: ProgressEvent = {
      type: 'step-finished',
      ...progress,
      cached: false,
      durationNs: Number(process.hrtime.bigint() - known.since),
    };
    this.#sink(event);
  }
}
