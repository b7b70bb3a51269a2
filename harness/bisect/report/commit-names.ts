import { escapeText } from '../../escape.ts';
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
}
