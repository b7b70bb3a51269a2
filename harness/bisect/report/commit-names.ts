import { escapeText } from '../../escape.ts';
import type { Observation } from '../search/observation.ts';
import type { CommitFacts } from '../tree/kernel-tree.ts';

/** The names of commits and cells in reports. They are obtained in advance, as the tree may be gone when a report is made. */
export class CommitNames {
  readonly #facts: ReadonlyMap<string, CommitFacts>;
  readonly #cells: readonly string[];

  /** @param cells labels of the booted cells */
  constructor(facts: ReadonlyMap<string, CommitFacts> = new Map(), cells: readonly string[] = []) {
    this.#facts = facts;
    this.#cells = cells;
  }

  /** ` in vcpus=4`; empty if there is only one cell. */
  inCell(cell = 0): string {
    if (this.#cells.length < 2) return '';
    return ` in ${escapeText(this.#cells[cell] ?? `cell ${cell + 1}`, { length: 120 })}`;
  }

  facts(commit: string): CommitFacts | undefined {
    return this.#facts.get(commit);
  }

  /** `0123456789ab`. */
  short(commit: string): string {
    return commit.slice(0, 12);
  }

  /** `0123456789ab ("module: merge loads")`, as in commit messages. */
  full(commit: string): string {
    const facts = this.#facts.get(commit);
    return facts
      ? `${this.short(commit)} ("${escapeText(facts.subject, { length: 120 })}")`
      : this.short(commit);
  }

  /** The name of a source: a commit, or one with another reverted, `0123456789ab without 456789abcdef ("…")`. */
  source({ commit, without }: Pick<Observation, 'commit' | 'without'>): string {
    return without === undefined ? this.full(commit) : `${this.short(commit)} without ${this.full(without)}`;
  }
}
