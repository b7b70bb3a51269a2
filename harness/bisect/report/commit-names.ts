import { escapeText } from '../../escape.ts';
import type { Observation } from '../search/observation.ts';
import type { CommitFacts } from '../tree/kernel-tree.ts';

/** How commits are called in reports; built from what the tree tells of them, which may be gone by then. */
export class CommitNames {
  readonly #facts: ReadonlyMap<string, CommitFacts>;

  constructor(facts: ReadonlyMap<string, CommitFacts> = new Map()) {
    this.#facts = facts;
  }

  facts(commit: string): CommitFacts | undefined {
    return this.#facts.get(commit);
  }

  /** `0123456789ab`. */
  short(commit: string): string {
    return commit.slice(0, 12);
  }

  /** `0123456789ab ("module: merge loads")`, as commit messages have it. */
  full(commit: string): string {
    const facts = this.#facts.get(commit);
    return facts
      ? `${this.short(commit)} ("${escapeText(facts.subject, { length: 120 })}")`
      : this.short(commit);
  }

  /** What is built: a commit, or one with another reverted, `0123456789ab without 456789abcdef ("…")`. */
  source({ commit, without }: Pick<Observation, 'commit' | 'without'>): string {
    return without === undefined ? this.full(commit) : `${this.short(commit)} without ${this.full(without)}`;
  }
}
