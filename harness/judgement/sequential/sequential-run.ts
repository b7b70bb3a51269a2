import type { TrialRecord } from '../../measurement/record.ts';
import type { Trial } from '../../plan/trial.ts';
import type { RunContent } from '../../store/run-folder.ts';
import { type SequentialProgress, sequentialProgress } from './sequential.ts';

/**
 * Follows a run with declared looks as its records arrive, and says which trials it still needs. While a look is being
 * filled, the cells that it waits for may run ahead; their later trials do not count at that look.
 */
export class SequentialRun {
  readonly #content: RunContent;
  readonly #records = new Map<string, TrialRecord>();
  #progress: SequentialProgress | undefined;

  constructor(content: RunContent) {
    this.#content = content;
    for (const record of content.records) this.#records.set(record.trial, record);
    this.#progress = sequentialProgress(content);
  }

  /** The progress so far; undefined if the run declares no looks or no comparison. */
  get progress(): SequentialProgress | undefined {
    return this.#progress;
  }

  /** Whether a trial is still needed. */
  stillWanted(trial: Trial): boolean {
    const { looks } = this.#looks();
    if (this.#progress === undefined) return true;
    const reach = this.#progress.wanted.get(trial.cell.id) ?? 0;
    if (trial.repetition <= reach) return true;
    // A cell of the look that is being filled is undecided and may need the trials after the look.
    return this.#progress.awaited.size > 0 && reach === looks[this.#progress.taken];
  }

  /** Adds a record, and judges once the look is full. */
  add(record: TrialRecord): void {
    this.#records.set(record.trial, record);
    if (this.#progress === undefined || record.outcome.kind === 'interrupted') return;
    if (this.#progress.awaited.delete(record.trial) && this.#progress.awaited.size === 0) {
      this.#progress = sequentialProgress({ ...this.#content, records: [...this.#records.values()] });
    }
  }

  #looks(): { looks: readonly number[] } {
    const { trials } = this.#content.run.matrix;
    return trials.kind === 'looks' ? trials : { looks: [] };
  }
}
